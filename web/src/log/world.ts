// SPDX-License-Identifier: MIT
import { grantTrace, listenTrace, liveState } from '../base/live';
import type { LogWorld } from './source';

/// The browser, as the source of a log sees it.
export function browserWorld(project: number, job: number): LogWorld {
    return {
        fetch: (from, signal) => fetch(`/api/v4/projects/${project}/jobs/${job}/trace`, {
            headers: from > 0 ? { Range: `bytes=${from}-` } : {}, signal, cache: 'no-store',
        }),
        listen: (listener) => listenTrace(job, listener),
        grant: (bytes) => grantTrace(job, bytes),
        isLive: () => liveState.value === 'open',
        later: (run, ms) => window.setTimeout(run, ms),
        cancel: (timer) => window.clearTimeout(timer),
    };
}
