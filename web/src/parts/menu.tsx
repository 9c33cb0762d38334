// SPDX-License-Identifier: MIT
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './icons';
import { toastError } from './toast';

interface Row {
    label: string;
    href?: string;
    onPress?: () => unknown;
    testid?: string;
}

/// A button that opens a short list, through which the arrow keys go; Escape and a click elsewhere close it.
export function Menu({ label, rows, testid }: { label: string; rows: Row[]; testid?: string }) {
    const [open, setOpen] = useState(false);
    const element = useRef<HTMLDivElement>(null);
    useEffect(() => {
        if (!open) {
            return undefined;
        }
        const outside = (event: Event) => {
            if (!element.current?.contains(event.target as Node)) {
                setOpen(false);
            }
        };
        document.addEventListener('pointerdown', outside);
        document.addEventListener('focusin', outside);
        return () => {
            document.removeEventListener('pointerdown', outside);
            document.removeEventListener('focusin', outside);
        };
    }, [open]);
    const press = (row: Row) => {
        setOpen(false);
        Promise.resolve(row.onPress?.()).catch(toastError);
    };
    const key = (event: KeyboardEvent) => {
        const stops = [...element.current?.querySelectorAll<HTMLElement>('button, a') ?? []];
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (event.key === 'Escape') {
            setOpen(false);
            stops[0]?.focus();
        } else if (open && step) {
            event.preventDefault();
            const at = stops.indexOf(document.activeElement as HTMLElement);
            stops.at((at + step) % stops.length)?.focus();
        }
    };
    return (
        <div class="menu" ref={element} onKeyDown={key}>
            <button type="button" class="button ghost" aria-expanded={open} data-testid={testid} onClick={() => setOpen(!open)}>
                <span>{label}</span><Icon name="down" size={12} />
            </button>
            {open && (
                <ul class="menu-rows">
                    {rows.map((row) => (
                        <li key={row.label}>
                            {row.href
                                ? <a href={row.href} onClick={() => setOpen(false)}>{row.label}</a>
                                : <button type="button" data-testid={row.testid} onClick={() => press(row)}>{row.label}</button>}
                        </li>
                    ))}
                </ul>
            )}
        </div>
    );
}
