// SPDX-License-Identifier: MIT
import { createContext, type ComponentChildren } from 'preact';
import { useContext, useRef, useState } from 'preact/hooks';
import { toastError } from './toast';

const Sending = createContext(false);

/// Whether the form around is on its way.
export const useSending = (): boolean => useContext(Sending);

/// Runs one action at a time: what is asked for meanwhile (a double click, Enter twice) is dropped.
export function useOneAtATime(): { busy: boolean; run: (action: () => unknown) => Promise<void> } {
    const [busy, setBusy] = useState(false);
    const running = useRef(false);
    const run = async (action: () => unknown) => {
        if (running.current) {
            return;
        }
        running.current = true;
        try {
            const result = action();
            if (result instanceof Promise) {
                setBusy(true);
                await result;
            }
        } catch (error) {
            toastError(error);
        }
        running.current = false;
        setBusy(false);
    };
    return { busy, run };
}

interface FormProps {
    class?: string;
    testid?: string;
    /// Settled when the coordinator has answered; until then the form is not sent again.
    onSend: () => Promise<unknown>;
    children: ComponentChildren;
}

export function Form({ onSend, testid, class: name, children }: FormProps) {
    const { busy, run } = useOneAtATime();
    return (
        <form class={name} data-testid={testid} aria-busy={busy || undefined} onSubmit={(event) => {
            event.preventDefault();
            void run(onSend);
        }}>
            <Sending.Provider value={busy}>{children}</Sending.Provider>
        </form>
    );
}
