// SPDX-License-Identifier: MIT
// What a page shows although it could not be fetched again.
import { signal } from '@preact/signals';

interface Stale {
    reason: string;
    retry: () => void;
}

export const stale = signal<ReadonlyMap<object, Stale>>(new Map());

/// Null when the owner's value is the newest again, or is shown no more.
export function setStale(owner: object, what: Stale | null): void {
    if (what === null && !stale.value.has(owner)) {
        return;
    }
    const next = new Map(stale.value);
    if (what) {
        next.set(owner, what);
    } else {
        next.delete(owner);
    }
    stale.value = next;
}

export function retryStale(): void {
    [...stale.value.values()].forEach(({ retry }) => retry());
}
