// SPDX-License-Identifier: MIT
// Where a log's bytes come from: what is stored by one streamed GET, the rest over the live socket,
// and by polling while that is down.
import { effect, untracked } from '@preact/signals';
import type { TraceListener } from '../base/live';
import { LogTail } from './tail';

interface SourceOptions {
    /// The job will write no more when this is false.
    active: () => boolean;
    /// Before it starts there is no log to ask for.
    begun: () => boolean;
    /// What is stored was read, or why it was not; empty when all is well.
    loaded: (failure: string) => void;
}

/// What shows the log.
export interface LogSink {
    onConsumed: (bytes: number) => void;
    feed(data: Uint8Array): void;
    finish(): void;
    reset(): void;
}

/// What the source needs of the world outside; the browser's own in production.
export interface LogWorld {
    /// The stored log from a byte on.
    fetch(from: number, signal: AbortSignal): Promise<Response>;
    listen(listener: TraceListener): () => void;
    grant(bytes: number): void;
    isLive(): boolean;
    later(run: () => void, ms: number): number;
    cancel(timer: number): void;
}

// While the live socket is down the log is asked for this often.
const pollMs = 3000;

export class LogSource {
    private readonly tail = new LogTail();
    private stopped = false;
    private loading = false;
    /// What is stored has to be read once more when it was read.
    private again = false;
    /// Grows when the log begins anew: what is under way then belongs to an older one.
    private round = 0;
    /// Bytes of the socket that wait for their credit.
    private owed = 0;
    private stopTrace: (() => void) | null = null;
    private timer = 0;
    private readonly abort = new AbortController();
    private readonly stopWatching: () => void;

    constructor(private readonly sink: LogSink, private readonly options: SourceOptions, private readonly world: LogWorld) {
        this.sink.onConsumed = (bytes) => this.repay(bytes);
        this.stopWatching = effect(() => {
            const live = world.isLive();
            untracked(() => live ? world.cancel(this.timer) : this.pollLater());
        });
        void this.load();
    }

    stop(): void {
        this.stopped = true;
        this.abort.abort();
        this.endTrace();
        this.stopWatching();
        this.world.cancel(this.timer);
    }

    /// The job has ended; what the socket did not bring is fetched.
    settle(): void {
        if (!this.stopTrace || !this.world.isLive()) {
            void this.load();
        }
    }

    /// Reads what is stored and goes on from there.
    load = async (): Promise<void> => {
        this.again = true;
        if (this.loading) {
            return;
        }
        this.loading = true;
        let over = false;
        let failure = '';
        while (this.again && !this.stopped) {
            this.again = false;
            // Asked first: a job that ends while its log is read may have written more by then.
            over = !this.options.active();
            failure = this.options.begun() ? await this.fetchRest().catch(wordsOf) : '';
        }
        this.loading = false;
        if (this.stopped) {
            return;
        }
        this.options.loaded(failure);
        if (over && !failure) {
            this.endTrace();
            this.sink.finish();
        } else {
            this.follow();
        }
    };

    /// The reason when it fails.
    private async fetchRest(): Promise<string> {
        const { round } = this;
        const known = this.tail.end;
        // One byte more than is missing: a range that begins at the end cannot be satisfied, and a
        // log that has not grown would look like one that has shrunk.
        const from = Math.max(0, known - 1);
        const response = await this.world.fetch(from, this.abort.signal);
        if (response.status === 404 || response.status === 204) {
            return '';
        }
        if (!response.ok && response.status !== 416) {
            return `The log did not load: ${response.status} ${response.statusText}`;
        }
        let at = response.status === 206 ? from : 0;
        const reader = response.status === 416 ? null : response.body?.getReader();
        for (let part = await reader?.read(); part && !part.done && round === this.round; part = await reader?.read()) {
            this.accept(at, part.value);
            at += part.value.length;
        }
        if (round !== this.round) {
            await reader?.cancel();
        } else if (at < known) {
            // Shorter than before: another log has taken its place.
            this.restart();
            this.again = true;
        }
        return '';
    }

    /// Bytes that were new; null where some are missing before them.
    private accept(at: number, piece: Uint8Array): number | null {
        const fresh = this.tail.take(at, piece);
        if (fresh && fresh.length > 0) {
            this.sink.feed(fresh);
        }
        return fresh && fresh.length;
    }

    private restart(): void {
        this.round += 1;
        this.owed = 0;
        this.tail.restart();
        this.sink.reset();
    }

    private follow(): void {
        this.stopTrace ??= this.world.listen({
            offset: () => {
                // A new begin comes with a new credit.
                this.owed = 0;
                return this.tail.end;
            },
            bytes: (data, at) => this.receive(data, at),
            reset: () => this.restart(),
            end: (size) => this.endAt(size),
            refused: (reason) => {
                this.endTrace();
                this.options.loaded(`The log does not grow here any more: ${reason}.`);
            },
        });
        this.pollLater();
    }

    private receive(data: Uint8Array, at: number): void {
        const fresh = this.accept(at, data);
        if (fresh === null) {
            // Asked again from where the hole begins.
            this.endTrace();
            this.follow();
            return;
        }
        this.owed += fresh;
        if (fresh < data.length) {
            this.world.grant(data.length - fresh);
        }
    }

    private endAt(size: number): void {
        this.endTrace();
        if (size > this.tail.end) {
            void this.load();
        } else {
            this.options.loaded('');
            this.sink.finish();
        }
    }

    private endTrace(): void {
        this.stopTrace?.();
        this.stopTrace = null;
        this.owed = 0;
    }

    /// Credit for what came over the socket only: the stored part was never part of it.
    private repay(bytes: number): void {
        const paid = Math.min(this.owed, bytes);
        this.owed -= paid;
        if (paid > 0) {
            this.world.grant(paid);
        }
    }

    private pollLater(): void {
        this.world.cancel(this.timer);
        if (!this.stopped && this.stopTrace && !this.world.isLive()) {
            this.timer = this.world.later(() => void this.load(), pollMs);
        }
    }
}

function wordsOf(error: unknown): string {
    return `The log did not load: ${error instanceof Error ? error.message : String(error)}`;
}
