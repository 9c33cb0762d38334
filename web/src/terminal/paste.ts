// SPDX-License-Identifier: MIT

/// More than this is a file, not a paste.
export const largestPaste = 1024 * 1024;

/// Text for the shell: without escape characters, so that it can neither end bracketed paste by itself
/// nor press keys, and without the other controls that a terminal would obey.
export function cleanPaste(text: string): string {
    return text.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}

/// More than one line could run more than one command; a line break at the very end counts too.
export function needsQuestion(text: string): boolean {
    return text.includes('\n');
}

export function preview(text: string, lines = 12): string {
    const all = text.split('\n');
    const shown = all.slice(0, lines).map((line) => line.length > 200 ? `${line.slice(0, 200)}…` : line);
    return all.length > lines ? `${shown.join('\n')}\n… ${all.length - lines} more lines` : shown.join('\n');
}
