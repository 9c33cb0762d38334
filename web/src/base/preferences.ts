// SPDX-License-Identifier: MIT
// What a reader chose, kept in the browser. A browser that keeps nothing still works.
import { effect, signal, type Signal } from '@preact/signals';

function kept<T extends string | number | boolean>(name: string, initial: T): Signal<T> {
    const key = `capstan.${name}`;
    let start = initial;
    try {
        const text = localStorage.getItem(key);
        const value: unknown = text === null ? null : JSON.parse(text);
        if (typeof value === typeof initial) {
            start = value as T;
        }
    } catch {
        // Storage is switched off, or holds something else: the initial value does.
    }
    const result = signal<T>(start);
    effect(() => {
        const text = JSON.stringify(result.value);
        try {
            localStorage.setItem(key, text);
        } catch {
            // As above.
        }
    });
    return result;
}

export const theme = kept<string>('theme', 'system');
export const wrapLines = kept<boolean>('log.wrap', false);
export const stampMode = kept<string>('log.stamps', 'off');
export const singleKeys = kept<boolean>('keys', true);
export const terminalFont = kept<number>('terminal.font', 14);
/// What the terminal shows is also kept as text that a screen reader can walk through.
export const terminalReader = kept<boolean>('terminal.reader', false);
export const pipelineView = kept<string>('pipeline.view', 'graph');

const themes = ['system', 'light', 'dark'];

export function startTheme(): void {
    effect(() => {
        const chosen = themes.includes(theme.value) ? theme.value : 'system';
        document.documentElement.dataset['theme'] = chosen;
    });
}

export function nextTheme(): void {
    theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length]!;
}
