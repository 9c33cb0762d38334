// SPDX-License-Identifier: MIT

/// Lines that an address points at, from 1.
export interface LineRange {
    first: number;
    last: number;
}

/// "#L12", "#L12-L20" and "#L12-20".
export function parseLines(hash: string): LineRange | null {
    const match = /^#L(\d{1,9})(?:-L?(\d{1,9}))?$/.exec(hash);
    if (!match || match[1] === '0') {
        return null;
    }
    const one = Number(match[1]);
    const other = Number(match[2] ?? match[1]);
    return { first: Math.min(one, other), last: Math.max(one, other) };
}

export function linesHash({ first, last }: LineRange): string {
    return first === last ? `#L${first}` : `#L${first}-L${last}`;
}
