// SPDX-License-Identifier: MIT
// A window whose clock stands still until a test turns it.

interface Timer {
    at: number;
    run: () => void;
}

export function fakeTimers() {
    const timers = new Map<number, Timer>();
    let now = 0;
    let count = 0;
    const wind = (ms: number): void => {
        const until = now + ms;
        for (;;) {
            const due = [...timers].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at)[0];
            if (!due) {
                break;
            }
            timers.delete(due[0]);
            now = due[1].at;
            due[1].run();
        }
        now = until;
    };
    const later = (run: () => void, ms: number): number => {
        count += 1;
        timers.set(count, { at: now + ms, run });
        return count;
    };
    const cancel = (timer: number): void => void timers.delete(timer);
    return { wind, later, cancel, now: () => now };
}

/// For modules that use the browser's own.
export function installTimers() {
    const timers = fakeTimers();
    Object.assign(globalThis, { window: { setTimeout: timers.later, clearTimeout: timers.cancel, addEventListener: () => undefined }, performance: { now: timers.now } });
    return timers;
}

/// Lets every promise that can go on do so.
export const settle = (): Promise<void> => new Promise((done) => setTimeout(done, 0));
