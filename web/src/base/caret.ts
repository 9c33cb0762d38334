// SPDX-License-Identifier: MIT
// The line an error is about and a caret under its column, as a terminal would show it.

export interface Caret {
    line: string;
    /// Blanks as wide as what stands before the column, tabs kept, and the caret.
    mark: string;
}

// A line may be a megabyte long; what is shown begins near the column.
const shown = 120;
const before = 40;

export function caretAt(text: string, line: number | null, column: number | null): Caret | null {
    const whole = line ? text.split('\n')[line - 1] : undefined;
    if (whole === undefined) {
        return null;
    }
    const at = Math.min(Math.max((column ?? 1) - 1, 0), whole.length);
    const from = whole.length > shown && at > before ? at - before : 0;
    const part = whole.slice(from, from + shown).replace(/\r$/, '');
    return {
        line: `${from > 0 ? '…' : ''}${part}`,
        mark: column ? `${from > 0 ? ' ' : ''}${part.slice(0, at - from).replace(/[^\t]/g, ' ')}^` : '',
    };
}
