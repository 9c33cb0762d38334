// SPDX-License-Identifier: MIT
// Keys that a phone's keyboard lacks.
import type { Signal } from '@preact/signals';
import { Icon } from '../parts/icons';

export interface KeyBarProps {
    ctrl: Signal<boolean>;
    alt: Signal<boolean>;
    /// Arrows are other bytes while a full-screen program runs.
    applicationKeys: () => boolean;
    send: (text: string) => void;
    paste: () => void;
}

const arrows = [['Left', '←', 'D'], ['Up', '↑', 'A'], ['Down', '↓', 'B'], ['Right', '→', 'C']] as const;

/// What a key gives while Ctrl or Alt of the bar is on.
export function modified(text: string, ctrl: boolean, alt: boolean): string {
    const code = text.toUpperCase().charCodeAt(0);
    const controlled = ctrl && text.length === 1 && code >= 0x40 && code <= 0x5f ? String.fromCharCode(code & 0x1f) : text;
    return alt ? `\u001b${controlled}` : controlled;
}

export function KeyBar({ ctrl, alt, applicationKeys, send, paste }: KeyBarProps) {
    // The focus, and with it the phone's keyboard, stays where it is.
    const keep = (event: Event) => event.preventDefault();
    const key = (label: string, text: () => string, name = label) => (
        <button type="button" key={name} aria-label={name} onPointerDown={keep} onClick={() => send(text())}>{label}</button>
    );
    const toggle = (label: string, on: Signal<boolean>) => (
        <button type="button" aria-pressed={on.value} onPointerDown={keep} onClick={() => { on.value = !on.value; }}>{label}</button>
    );
    return (
        <div class="key-bar" role="toolbar" aria-label="Keys" data-testid="terminal-keys">
            {key('Esc', () => '\u001b')}
            {key('Tab', () => '\t')}
            {toggle('Ctrl', ctrl)}
            {toggle('Alt', alt)}
            {arrows.map(([name, label, final]) => key(label, () => `\u001b${applicationKeys() ? 'O' : '['}${final}`, name))}
            <button type="button" aria-label="Paste" onPointerDown={keep} onClick={paste}><Icon name="copy" size={15} /></button>
        </div>
    );
}
