// SPDX-License-Identifier: MIT
// Which field of a form a refusal is about: the coordinator names it first ("cron: …", "ref must …").

export interface FormErrors {
    fields: Record<string, string>;
    /// What belongs to no field of the form.
    rest: string;
}

export const noErrors: FormErrors = { fields: {}, rest: '' };

const said = (text: string, name: string): string | null => {
    for (const word of [name, name.replace(/_/g, ' ')]) {
        if (text.startsWith(word) && /^(: ?| )/.test(text.slice(word.length))) {
            return text.slice(word.length).replace(/^:? ?/, '');
        }
    }
    return null;
};

export function formErrors(error: unknown, names: readonly string[]): FormErrors {
    const message = error instanceof Error ? error.message : String(error);
    const fields: Record<string, string> = {};
    // "cron timezone" begins with "cron", too.
    const longestFirst = [...names].sort((a, b) => b.length - a.length);
    const rest = message.split('; ').filter((part) => {
        const name = longestFirst.find((each) => said(part, each) !== null);
        if (name !== undefined && fields[name] === undefined) {
            fields[name] = `${said(part, name)}`.replace(/^./, (first) => first.toUpperCase());
            return false;
        }
        return true;
    });
    return { fields, rest: rest.join('; ') };
}
