// SPDX-License-Identifier: MIT

/// Waiting time before the n-th attempt (from 0), in milliseconds: doubles from 500 ms to 15 s. The
/// random part (0 to 1) spreads the pages of many readers after the coordinator was restarted.
export function backoffMs(attempt: number, random: number): number {
    const full = Math.min(15000, 500 * 2 ** Math.min(attempt, 10));
    return Math.round(full * (0.75 + 0.5 * random));
}
