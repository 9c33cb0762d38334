// SPDX-License-Identifier: MIT
// The fields that a CI file asks for: inputs with their types, variables with a description.
import type { DescribedVariable, PipelineInput } from '../base/entities';
import { inputOptions, inputText } from '../base/runform';
import { Field, Input, Select } from '../parts/controls';

const notChosen = ['', 'Choose…'] as const;
const byRule = ['', 'As the file says'] as const;

const typeHints: Record<string, string> = { array: 'A list: ["a", "b"].' };

function hintOf(input: PipelineInput): string | undefined {
    const parts = [input.description, input.regex && `Must match ${input.regex}.`, typeHints[input.type],
        input.rules.length > 0 && 'What is allowed hangs on the other inputs; empty takes what the file says.'];
    return parts.filter(Boolean).join(' ') || undefined;
}

interface InputFieldProps {
    input: PipelineInput;
    value: string | undefined;
    error: string | undefined;
    onText: (text: string) => void;
}

export function InputField({ input, value, error, onText }: InputFieldProps) {
    const shown = value ?? inputText(input.default);
    const options = inputOptions(input);
    const isOpen = input.rules.length > 0 && input.options.length === 0 && input.type !== 'boolean';
    const rows = [...(input.default === null || input.rules.length > 0 ? [input.required ? notChosen : byRule] : []), ...options.map((text) => [text, text] as const)];
    return (
        <Field label={input.name} hint={hintOf(input)} error={error}>
            {(id) => options.length > 0 && !isOpen
                ? <Select id={id} value={shown} options={rows} onChange={onText} testid={`input-${input.name}`} />
                : (
                    <>
                        <Input id={id} value={shown} onText={onText} type={input.type === 'number' ? 'number' : 'text'} step="any" class={input.type === 'string' ? '' : 'mono'}
                            required={input.required} list={isOpen ? `${id}-options` : undefined} testid={`input-${input.name}`} />
                        {isOpen && <datalist id={`${id}-options`}>{options.map((text) => <option key={text} value={text} />)}</datalist>}
                    </>
                )}
        </Field>
    );
}

interface VariableFieldProps {
    variable: DescribedVariable;
    value: string | undefined;
    onText: (text: string) => void;
}

export function VariableField({ variable, value, onText }: VariableFieldProps) {
    const shown = value ?? variable.value;
    return (
        <Field label={variable.key} hint={variable.description}>
            {(id) => variable.options.length > 0
                ? <Select id={id} value={shown} options={variable.options.map((text) => [text, text] as const)} onChange={onText} testid={`described-${variable.key}`} />
                : <Input id={id} class="mono" value={shown} onText={onText} testid={`described-${variable.key}`} />}
        </Field>
    );
}
