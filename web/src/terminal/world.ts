// SPDX-License-Identifier: MIT
import { ApiError, get } from '../base/api';
import { sentence } from '../base/format';
import type { Job } from '../base/types';
import { graceMs, type Remembered, type TerminalWorld } from './session';

/// The browser, as a terminal session sees it.
export function browserWorld(project: number, job: number): TerminalWorld {
    return {
        connect: (url, protocol) => new WebSocket(url, protocol),
        later: (run, ms) => window.setTimeout(run, ms),
        cancel: (timer) => window.clearTimeout(timer),
        now: () => Date.now(),
        random: () => Math.random(),
        diagnose: async () => {
            try {
                const { terminal, status } = await get<Job>(`/projects/${project}/jobs/${job}`);
                if (status !== 'running') {
                    return { reason: 'The job does not run any more.', final: true, reached: true };
                }
                return { reason: terminal?.available === false ? sentence(terminal.reason ?? '') : '', final: false, reached: true };
            } catch (error) {
                const forbidden = error instanceof ApiError && [401, 403, 404].includes(error.status);
                return { reason: forbidden ? 'You may not open this terminal.' : '', final: forbidden, reached: error instanceof ApiError && error.status > 0 && error.status < 500 };
            }
        },
    };
}

const keyOf = (job: number): string => `capstan.terminal.${job}`;

/// Kept for this tab only, so that a reload comes back to the same shell.
export function remember(job: number, session: Remembered | null): void {
    try {
        if (session) {
            sessionStorage.setItem(keyOf(job), JSON.stringify({ ...session, at: Date.now() }));
        } else {
            sessionStorage.removeItem(keyOf(job));
        }
    } catch {
        // Without storage a reload begins a new session.
    }
}

/// Null when its grace time is over: then the shell is gone, and no new one is wanted unasked.
export function recall(job: number): Remembered | null {
    try {
        const value = JSON.parse(sessionStorage.getItem(keyOf(job)) ?? 'null') as (Partial<Remembered> & { at?: number }) | null;
        const fresh = value && Date.now() - (value.at ?? 0) < graceMs;
        return fresh && typeof value.id === 'string' && typeof value.offset === 'number' ? { id: value.id, offset: value.offset } : null;
    } catch {
        return null;
    }
}
