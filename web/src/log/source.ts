// SPDX-License-Identifier: MIT
// Where a log's bytes come from: what is stored by one streamed GET, the rest over the live socket,
// and by polling while that is down.
import { effect, untracked } from '@preact/signals';
import { grantTrace, listenTrace, liveState } from '../base/live';
import type { LogModel } from './model';

interface SourceOptions {
    project: number;
    job: number;
    /// The job will write no more when this is false.
    active: () => boolean;
    /// Before it starts there is no log to ask for.
    begun: () => boolean;
    failed: (text: string) => void;
}

// While the live socket is down the log is asked for this often.
const pollMs = 3000;

export class LogSource {
    private offset = 0;
    private stopped = false;
    private loading = false;
    private stopTrace: (() => void) | null = null;
    private timer = 0;
    private readonly abort = new AbortController();
    private readonly stopWatching: () => void;

    constructor(private readonly model: LogModel, private readonly options: SourceOptions) {
        this.model.onConsumed = (bytes) => this.stopTrace && bytes > 0 && grantTrace(options.job, bytes);
        this.stopWatching = effect(() => {
            const down = liveState.value !== 'open';
            untracked(() => down ? this.pollLater() : window.clearTimeout(this.timer));
        });
        void this.loadStored();
    }

    stop(): void {
        this.stopped = true;
        this.abort.abort();
        this.stopTrace?.();
        this.stopWatching();
        window.clearTimeout(this.timer);
    }

    /// The job has ended; what the socket did not bring is fetched.
    settle(): void {
        if (!this.stopTrace || liveState.value !== 'open') {
            void this.loadStored();
        }
    }

    private async loadStored(): Promise<void> {
        if (this.loading || this.stopped) {
            return;
        }
        this.loading = true;
        try {
            if (this.options.begun()) {
                await this.fetchRest();
            }
        } catch (error) {
            if (!this.stopped) {
                this.options.failed(error instanceof Error ? error.message : String(error));
            }
        }
        this.loading = false;
        if (this.stopped) {
            return;
        }
        if (!this.options.active()) {
            this.model.finish();
        } else {
            this.follow();
        }
    }

    private async fetchRest(): Promise<void> {
        // One byte more than is missing: a range that begins at the end cannot be satisfied, and a
        // log that has not grown would look like an error.
        const headers: HeadersInit = this.offset > 0 ? { Range: `bytes=${this.offset - 1}-` } : {};
        const response = await fetch(`/api/v4/projects/${this.options.project}/jobs/${this.options.job}/trace`, {
            headers, signal: this.abort.signal, cache: 'no-store',
        });
        if (response.status === 416 || response.status === 404 || response.status === 204) {
            return;
        }
        if (!response.ok || !response.body) {
            throw new Error(`The log did not load: ${response.status} ${response.statusText}`);
        }
        if (response.status === 200 && this.offset > 0) {
            this.restart();
        }
        let known = response.status === 206 ? 1 : 0;
        const reader = response.body.getReader();
        for (let part = await reader.read(); !part.done; part = await reader.read()) {
            this.accept(part.value.subarray(known));
            known = 0;
        }
    }

    private accept(bytes: Uint8Array): void {
        this.offset += bytes.length;
        this.model.feed(bytes);
    }

    private restart(): void {
        this.offset = 0;
        this.model.reset();
    }

    private follow(): void {
        this.stopTrace ??= listenTrace(this.options.job, {
            offset: () => this.offset,
            bytes: (data, at) => this.receive(data, at),
            reset: () => this.restart(),
            end: () => {
                this.stopTrace?.();
                this.stopTrace = null;
                this.model.finish();
            },
        });
        this.pollLater();
    }

    /// Drops what is known already; a hole is closed by asking again from where it begins.
    private receive(data: Uint8Array, at: number): void {
        if (at > this.offset) {
            this.stopTrace?.();
            this.stopTrace = null;
            this.follow();
        } else if (at + data.length > this.offset) {
            const known = this.offset - at;
            this.accept(known > 0 ? data.subarray(known) : data);
            if (known > 0) {
                grantTrace(this.options.job, known);
            }
        } else {
            grantTrace(this.options.job, data.length);
        }
    }

    private pollLater(): void {
        window.clearTimeout(this.timer);
        if (!this.stopped && this.stopTrace && liveState.value !== 'open') {
            this.timer = window.setTimeout(() => void this.loadStored(), pollMs);
        }
    }
}
