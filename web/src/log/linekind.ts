// SPDX-License-Identifier: MIT
// Which lines a reader in a hurry looks for. A guess, used for a mark at the edge and the key "e".

export enum LineKind { Plain, Error, Warning }

const error = /^\s*(?:\S{1,200}: )?(?:fatal )?(?:error|fatal|panic|ERROR|FATAL|FAIL(?:ED)?|E)\b(?:\[\w+\])?\s?[:!]|^ERROR: |\bException\b.{0,200}:|^\s*(?:not ok\b|FAILED\b|\*\*\* )|^Traceback /;
const warning = /^\s*(?:\S{1,200}: )?(?:warning|warn|WARNING|WARN)\b(?:\[\w+\])?\s?:/;

const red = (colour: number): boolean => colour === 2 || colour === 10;

export function lineKind(text: string, runs: number[] | null): LineKind {
    const head = text.slice(0, 400);
    if (error.test(head) || (runs && red(runs[1]!) && /\b(?:error|failed|fatal)\b/i.test(head))) {
        return LineKind.Error;
    }
    return warning.test(head) ? LineKind.Warning : LineKind.Plain;
}
