// SPDX-License-Identifier: MIT
// Inputs of a pipeline as the texts of a form, and back. The coordinator reads a number, a boolean or a
// list out of a text, and says which are wrong.
import type { PipelineInput } from './entities';

export function inputText(value: unknown): string {
    if (value === null || value === undefined) {
        return '';
    }
    return typeof value === 'string' ? value : JSON.stringify(value);
}

/// What may be chosen; also what only some rules allow, which hangs on the other inputs.
export function inputOptions(input: PipelineInput): string[] {
    const all = [...input.options, ...input.rules.flatMap((rule) => rule.options ?? [])].map(inputText);
    return [...new Set(input.type === 'boolean' && all.length === 0 ? ['true', 'false'] : all)];
}

/// Only what differs from the file: for the rest its defaults and rules count.
export function givenInputs(inputs: PipelineInput[], texts: Record<string, string>): Record<string, string> {
    const given: Record<string, string> = {};
    for (const { name, default: fallback } of inputs) {
        const text = texts[name] ?? inputText(fallback);
        if (text !== inputText(fallback)) {
            given[name] = text;
        }
    }
    return given;
}

export interface InputErrors {
    fields: Record<string, string>;
    rest: string;
}

/// "`name` input: what is wrong", as often as there is one.
export function inputErrors(message: string, inputs: PipelineInput[]): InputErrors {
    const fields: Record<string, string> = {};
    let rest = message;
    for (const { name } of inputs) {
        const mark = `\`${name}\` input: `;
        const at = rest.indexOf(mark);
        if (at >= 0) {
            const after = rest.slice(at + mark.length);
            const end = /(?:, |; )(?:\S+: )?`[^`]+` input: /.exec(after)?.index ?? after.length;
            fields[name] = after.slice(0, end).replace(/^./, (first) => first.toUpperCase());
            rest = `${rest.slice(0, at)}${after.slice(end)}`;
        }
    }
    const bare = rest.replace(/^(?:[^\s:]+(?::\d+)*: )?[,; ]*$/, '');
    return { fields, rest: bare };
}
