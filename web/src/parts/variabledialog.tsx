// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { send } from '../base/api';
import type { Variable } from '../base/types';
import { Button, Check, Field, Input, Select } from './controls';
import { Dialog } from './dialog';
import { Form } from './form';
import { FormError, useAttempts } from './formerror';

const types = [['env_var', 'Variable'], ['file', 'File']] as const;
const secrecies = [['open', 'Visible'], ['masked', 'Masked in logs'], ['hidden', 'Masked and hidden for good']] as const;
const names = ['key', 'value', 'environment_scope', 'description'] as const;

const fresh: Variable = {
    key: '', value: '', variable_type: 'env_var', protected: false, masked: false, raw: false, environment_scope: '*', description: null,
};

/// One of several of a name is told apart by its environments.
export function variableAddress(base: string, variable: Variable, scoped: boolean): string {
    const scope = scoped ? `?${new URLSearchParams({ 'filter[environment_scope]': variable.environment_scope })}` : '';
    return `${base}/${encodeURIComponent(variable.key)}${scope}`;
}

interface VariableDialogProps {
    base: string;
    /// Null makes a new one.
    variable: Variable | null;
    scoped: boolean;
    onClose: (changed: boolean) => void;
}

function Flags({ draft, isNew, change }: { draft: Variable; isNew: boolean; change: (part: Partial<Variable>) => void }) {
    const secrecy = draft.hidden ? 'hidden' : draft.masked ? 'masked' : 'open';
    // Only a new variable may be hidden, and a hidden one stays so.
    const offered = secrecies.filter(([key]) => draft.hidden && !isNew ? key === 'hidden' : key !== 'hidden' || isNew);
    return (
        <>
            <Field label="In logs and on this page" hint={secrecy === 'open' ? undefined : 'One line, at least 8 characters, no spaces.'}>
                {(id) => <Select id={id} value={secrecy} options={offered} testid="variable-secrecy" onChange={(key) => change({ masked: key !== 'open', hidden: key === 'hidden' })} />}
            </Field>
            <Check label="Protected: only for pipelines of protected branches and tags" checked={draft.protected} onChange={(on) => change({ protected: on })} />
            <Check label="Raw: $ in it stands for itself" checked={draft.raw} onChange={(raw) => change({ raw })} />
        </>
    );
}

export function VariableDialog({ base, variable, scoped, onClose }: VariableDialogProps) {
    const [draft, setDraft] = useState<Variable>(variable ?? fresh);
    const { errors, attempt } = useAttempts(names);
    const change = (part: Partial<Variable>) => setDraft({ ...draft, ...part });
    const save = () => attempt(async () => {
        const { hidden, value, ...rest } = draft;
        const body = { ...rest, ...(value !== null && { value }), ...(!variable && hidden && { masked_and_hidden: true }) };
        await send(variable ? 'PUT' : 'POST', variable ? variableAddress(base, variable, scoped) : base, body);
        onClose(true);
    });
    return (
        <Dialog title={variable ? variable.key : 'Add a variable'} testid="variable-dialog" onClose={() => onClose(false)}>
            <Form onSend={save}>
                <div class="dialog-text">
                    <div class="field-pair">
                        <Field label="Name" error={errors.fields['key']}>{(id) => <Input id={id} class="mono" value={draft.key} onText={(key) => change({ key })} required disabled={variable !== null} testid="variable-name" />}</Field>
                        <Field label="Kind">{(id) => <Select id={id} value={draft.variable_type} options={types} onChange={(type) => change({ variable_type: type as Variable['variable_type'] })} />}</Field>
                    </div>
                    <Field label="Value" error={errors.fields['value']} hint={draft.value === null ? 'Hidden. What is typed here replaces it.' : undefined}>{(id) => (
                        <textarea id={id} class="input mono" rows={4} value={draft.value ?? ''} spellcheck={false} data-testid="variable-text"
                            onInput={(event) => change({ value: event.currentTarget.value })} />
                    )}</Field>
                    {scoped && <Field label="Environments" error={errors.fields['environment_scope']} hint="* for all, review/* for those that begin so.">{(id) => <Input id={id} class="mono" value={draft.environment_scope} onText={(scope) => change({ environment_scope: scope })} testid="variable-scope" />}</Field>}
                    <Field label="Description" error={errors.fields['description']}>{(id) => <Input id={id} value={draft.description ?? ''} onText={(description) => change({ description })} />}</Field>
                    <Flags draft={draft} isNew={!variable} change={change} />
                    <FormError text={errors.rest} />
                </div>
                <footer><Button label="Cancel" onPress={() => onClose(false)} /><Button label="Save" kind="primary" type="submit" testid="variable-save" /></footer>
            </Form>
        </Dialog>
    );
}
