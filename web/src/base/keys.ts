// SPDX-License-Identifier: MIT
// Keyboard shortcuts: a page registers rows, the help dialog lists them. Single keys can be switched
// off (WCAG 2.1.4) and are never taken from a field or a terminal.
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { singleKeys } from './preferences';

export interface Shortcut {
    /// "f", "?", or two keys after another: "g p".
    keys: string;
    label: string;
    run: () => void;
}

export const shortcuts = signal<Shortcut[]>([]);
// Longest time between the two keys of a sequence.
const sequenceMs = 1000;

let first = '';
let firstAt = 0;

function takesKeys(target: EventTarget | null): boolean {
    return target instanceof Element
        && target.closest('input, textarea, select, [contenteditable], .xterm, dialog') !== null;
}

function press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || takesKeys(event.target)) {
        return;
    }
    if (!singleKeys.value && event.key !== '?') {
        return;
    }
    const sequence = first && event.timeStamp - firstAt < sequenceMs ? `${first} ${event.key}` : '';
    const find = (keys: string) => shortcuts.value.find((shortcut) => shortcut.keys === keys);
    const shortcut = (sequence && find(sequence)) || find(event.key);
    first = shortcut ? '' : event.key;
    firstAt = event.timeStamp;
    if (shortcut) {
        event.preventDefault();
        shortcut.run();
    }
}

export function startKeys(): void {
    document.addEventListener('keydown', press);
}

/// The rows hold while the component is shown; they may close over its newest state.
export function useShortcuts(rows: Shortcut[]): void {
    const newest = useRef(rows);
    newest.current = rows;
    const names = rows.map((row) => row.keys).join('|');
    useEffect(() => {
        const mine = newest.current.map((row, index) => ({
            keys: row.keys, label: row.label, run: () => newest.current[index]?.run(),
        }));
        shortcuts.value = [...shortcuts.value, ...mine];
        return () => {
            shortcuts.value = shortcuts.value.filter((row) => !mine.includes(row));
        };
    }, [names]);
}
