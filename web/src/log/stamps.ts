// SPDX-License-Identifier: MIT

export const stampModes = ['off', 'relative', 'absolute'] as const;

/// The time column of a line; empty where the column is off, a blank where the line has no time.
export function stampOf(mode: string, time: number, started: string | null): string {
    if (mode !== 'relative' && mode !== 'absolute') {
        return '';
    }
    if (time === 0) {
        return '\u00a0';
    }
    if (mode === 'absolute') {
        return new Date(time).toTimeString().slice(0, 8);
    }
    const seconds = Math.max(0, (time - Date.parse(started ?? '')) / 1000 || 0);
    const minutes = Math.floor(seconds / 60);
    return `${minutes}:${(seconds - minutes * 60).toFixed(1).padStart(4, '0')}`;
}
