// SPDX-License-Identifier: MIT
import { signal } from '@preact/signals';
import { ApiError } from '../base/api';

interface Toast {
    id: number;
    text: string;
    bad: boolean;
}

const toasts = signal<Toast[]>([]);
// Long enough to read a sentence; at most a few at once, so that a failing loop does not fill the page.
const shownMs = 6000;
const atMost = 4;
let count = 0;

function show(text: string, bad: boolean): void {
    count += 1;
    const id = count;
    toasts.value = [...toasts.value.slice(1 - atMost), { id, text, bad }];
    window.setTimeout(() => {
        toasts.value = toasts.value.filter((toast) => toast.id !== id);
    }, shownMs);
}

export const toast = (text: string): void => show(text, false);

export function toastError(error: unknown): void {
    if (error instanceof ApiError && error.status === 401) {
        return;
    }
    show(error instanceof Error ? error.message : String(error), true);
}

export function Toasts() {
    return (
        <div class="toasts" role="status" aria-live="polite" data-testid="toasts">
            {toasts.value.map(({ id, text, bad }) => <p key={id} class={bad ? 'toast bad' : 'toast'}>{text}</p>)}
        </div>
    );
}
