// SPDX-License-Identifier: MIT
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Button } from './controls';

interface DialogProps {
    title: string;
    testid?: string;
    wide?: boolean;
    /// Shows what cannot be shown again: a press beside it does not close it.
    once?: boolean;
    onClose: () => void;
    children: ComponentChildren;
}

/// To the first field, else to the answer that Enter should give: never a dangerous one.
function firstFocus(dialog: HTMLDialogElement | null): void {
    const field = dialog?.querySelector<HTMLElement>('input:not([disabled]), textarea, select');
    const answer = dialog?.querySelector<HTMLElement>('footer .primary') ?? dialog?.querySelector<HTMLElement>('footer button');
    (field ?? answer)?.focus();
}

/// The browser's own modal dialog: focus stays inside, Escape closes, the rest is inert.
export function Dialog({ title, testid, wide, once, onClose, children }: DialogProps) {
    const element = useRef<HTMLDialogElement>(null);
    useEffect(() => {
        const before = document.activeElement;
        element.current?.showModal();
        firstFocus(element.current);
        return () => {
            if (before instanceof HTMLElement && before.isConnected) {
                before.focus();
            }
        };
    }, []);
    return (
        <dialog ref={element} class={wide ? 'dialog wide' : 'dialog'} aria-label={title} data-testid={testid}
            onCancel={(event) => {
                event.preventDefault();
                onClose();
            }}
            onMouseDown={(event) => event.target === element.current && !once && onClose()}>
            <div class="dialog-inner">
                <header><h2>{title}</h2><Button label="Close" icon="close" kind="ghost" bare onPress={onClose} /></header>
                {children}
            </div>
        </dialog>
    );
}

interface Question {
    title: string;
    text: ComponentChildren;
    action: string;
    danger?: boolean;
    answer: (yes: boolean) => void;
}

const question = signal<Question | null>(null);

/// Asks before something that cannot be undone.
export function ask(what: Omit<Question, 'answer'>): Promise<boolean> {
    question.value?.answer(false);
    return new Promise((resolve) => {
        question.value = { ...what, answer: resolve };
    });
}

export function Questions() {
    const asked = question.value;
    if (!asked) {
        return null;
    }
    const close = (yes: boolean) => {
        question.value = null;
        asked.answer(yes);
    };
    return (
        <Dialog title={asked.title} testid="question" onClose={() => close(false)}>
            <div class="dialog-text">{asked.text}</div>
            <footer>
                <Button label="Cancel" testid="question-no" onPress={() => close(false)} />
                <Button label={asked.action} kind={asked.danger ? 'danger' : 'primary'} testid="question-yes" onPress={() => close(true)} />
            </footer>
        </Dialog>
    );
}
