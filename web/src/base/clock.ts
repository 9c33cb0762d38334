// SPDX-License-Identifier: MIT
import { signal } from '@preact/signals';

/// The coordinator's time, once a second, for what ticks on the page. It stands still in a hidden tab.
export const now = signal(Date.now());

// A `Date` header has whole seconds and was written before it was read: less than this is no difference.
const skewNoticedMs = 2500;
let skew = 0;

/// Learns from an answer's `Date` how far this computer's clock is off, so that no countdown lies.
export function learnServerTime(header: string | null): void {
    const server = Date.parse(header ?? '');
    if (Number.isFinite(server)) {
        const difference = server - Date.now();
        skew = Math.abs(difference) > skewNoticedMs ? difference : 0;
    }
}

export const serverTime = (): number => Date.now() + skew;

export function startClock(): void {
    const tick = () => {
        if (document.visibilityState === 'visible') {
            now.value = serverTime();
        }
    };
    setInterval(tick, 1000);
    document.addEventListener('visibilitychange', tick);
}
