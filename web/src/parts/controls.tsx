// SPDX-License-Identifier: MIT
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useOneAtATime, useSending } from './form';
import { Icon, type IconName } from './icons';

interface ButtonProps {
    label: string;
    icon?: IconName;
    kind?: 'plain' | 'primary' | 'danger' | 'held' | 'ghost';
    /// Only the icon is shown; the label is read and shown as a tip.
    bare?: boolean;
    pressed?: boolean;
    disabled?: boolean;
    title?: string;
    testid?: string;
    type?: 'button' | 'submit';
    /// A returned promise keeps the button busy until it is settled.
    onPress?: () => unknown;
}

export function Button(props: ButtonProps) {
    const { busy: pressed, run } = useOneAtATime();
    const sending = useSending();
    // Not `disabled` meanwhile: that would take the focus away. Who presses again is not heard.
    const busy = pressed || (props.type === 'submit' && sending);
    return (
        <button type={props.type ?? 'button'} class={`button ${props.kind ?? 'plain'}${props.bare ? ' bare' : ''}`}
            disabled={props.disabled} aria-disabled={busy || undefined} aria-pressed={props.pressed} aria-busy={busy || undefined}
            title={props.title ?? (props.bare ? props.label : undefined)} data-testid={props.testid}
            aria-label={props.bare ? props.label : undefined} onClick={props.onPress ? () => void run(props.onPress!) : undefined}>
            {props.icon && <Icon name={props.icon} />}
            {!props.bare && <span>{props.label}</span>}
        </button>
    );
}

interface LinkButtonProps {
    href: string;
    label: string;
    icon?: IconName;
    kind?: string;
    bare?: boolean;
    download?: boolean;
    testid?: string;
}

export function LinkButton({ href, label, icon, kind = 'plain', bare, download, testid }: LinkButtonProps) {
    return (
        <a class={`button ${kind}${bare ? ' bare' : ''}`} href={href} data-testid={testid} download={download || undefined}
            title={bare ? label : undefined} aria-label={bare ? label : undefined}>
            {icon && <Icon name={icon} />}
            {!bare && <span>{label}</span>}
        </a>
    );
}

interface FieldProps {
    label: string;
    hint?: ComponentChildren;
    error?: string;
    children: (id: string) => ComponentChildren;
}

let fieldCount = 0;

export function Field({ label, hint, error, children }: FieldProps) {
    const [id] = useState(() => `field-${fieldCount += 1}`);
    return (
        <div class="field">
            <label for={id}>{label}</label>
            {children(id)}
            {hint && <p class="hint">{hint}</p>}
            {error && <p class="field-error" role="alert">{error}</p>}
        </div>
    );
}

interface InputProps {
    value: string;
    onText: (text: string) => void;
    id?: string;
    type?: 'text' | 'password' | 'search' | 'number' | 'date';
    class?: string;
    placeholder?: string;
    autocomplete?: string;
    autocapitalize?: string;
    pattern?: string;
    list?: string;
    min?: string;
    step?: string;
    minLength?: number;
    required?: boolean;
    disabled?: boolean;
    autofocus?: boolean;
    testid?: string;
    'aria-label'?: string;
}

export function Input({ onText, testid, autofocus, ...rest }: InputProps) {
    const element = useRef<HTMLInputElement>(null);
    // The attribute works only while a document is parsed; this is made later.
    useEffect(() => {
        if (autofocus) {
            element.current?.focus();
        }
    }, []);
    const given = rest as JSX.IntrinsicElements['input'];
    return (
        <input {...given} ref={element} class={`input ${rest.class ?? ''}`} data-testid={testid} spellcheck={false}
            onInput={(event) => onText(event.currentTarget.value)} />
    );
}

interface CheckProps {
    label: ComponentChildren;
    checked: boolean;
    onChange: (checked: boolean) => void;
    testid?: string;
}

export function Check({ label, checked, onChange, testid }: CheckProps) {
    return (
        <label class="check">
            <input type="checkbox" checked={checked} data-testid={testid} onChange={(event) => onChange(event.currentTarget.checked)} />
            <span>{label}</span>
        </label>
    );
}

interface SelectProps {
    id?: string;
    value: string;
    options: readonly (readonly [string, string])[];
    onChange: (value: string) => void;
    label?: string;
    testid?: string;
}

export function Select({ id, value, options, onChange, label, testid }: SelectProps) {
    return (
        <select id={id} class="input" aria-label={label} value={value} data-testid={testid} onChange={(event) => onChange(event.currentTarget.value)}>
            {options.map(([key, text]) => <option key={key} value={key}>{text}</option>)}
        </select>
    );
}
