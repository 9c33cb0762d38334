// SPDX-License-Identifier: MIT
import { ApiError } from './api';
import type { Change } from './livemessage';
import { setStale } from './stale';

export interface LoaderOptions<T> {
    /// The value after a change; undefined asks for a fetch instead.
    apply?: (value: T, change: Change) => T | undefined;
    /// The change is shown, but what hangs on it (what the caller may do now) has to be fetched, too.
    alsoFetch?: (value: T, change: Change) => boolean;
}

// News comes in bursts (a pipeline's jobs move together): one fetch for the burst.
const settleMs = 250;
// But a stream of news without a pause is fetched at least this often.
const patienceMs = 1500;
// A long list is costly for the coordinator, too: about a tenth of the time goes into fetching it.
const restFactor = 9;
// A fetch may take so long just because the line is slow.
const slowLineMs = 500;
// More news than this during one fetch is fetched rather than kept.
const newsKept = 200;
// What may not be seen any more is not kept on the screen.
const forbidding = [401, 403, 404];

export const isForbidding = (error: ApiError | null): boolean => error !== null && forbidding.includes(error.status);

/// One value, brought up to date by fetches and by news in the order in which they were true: one
/// fetch at a time, and news that came while it was under way are applied to its answer, too.
export class Loader<T> {
    value: T | undefined;
    error: ApiError | null = null;
    busy = false;
    private again = false;
    /// There was more news during a fetch than is kept: another one, after the rest.
    private overflowed = false;
    private began = 0;
    private restsUntil = 0;
    /// The value was corrected while a fetch was under way: its answer is of before.
    private outdated = false;
    private news: Change[] = [];
    private timer = 0;
    private firstAsked = 0;
    private ended = false;

    constructor(private readonly load: () => Promise<T>, private readonly show: () => void, private readonly options: LoaderOptions<T> = {}) {}

    fetchNow = (): void => {
        window.clearTimeout(this.timer);
        this.timer = 0;
        if (this.busy) {
            this.again = true;
            return;
        }
        this.busy = true;
        this.again = false;
        this.overflowed = false;
        this.outdated = false;
        this.news = [];
        this.began = performance.now();
        this.load().then((value) => this.settle(() => this.succeed(value)),
            (error: unknown) => this.settle(() => this.fail(error instanceof ApiError ? error : new ApiError(0, String(error)))));
    };

    fetchSoon = (): void => {
        const time = performance.now();
        if (!this.timer) {
            this.firstAsked = time;
        }
        window.clearTimeout(this.timer);
        const wait = Math.max(0, Math.min(settleMs, this.firstAsked + patienceMs - time), this.restsUntil - time);
        this.timer = window.setTimeout(this.fetchNow, wait);
    };

    set = (value: T): void => {
        this.value = value;
        this.outdated = this.busy;
        this.again ||= this.busy;
        this.show();
    };

    changed(change: Change): void {
        if (this.busy && this.news.length < newsKept) {
            this.news.push(change);
        } else {
            this.overflowed ||= this.busy;
        }
        const { value } = this;
        const next = value === undefined ? undefined : this.options.apply?.(value, change);
        if (next === undefined || this.options.alsoFetch?.(value!, change)) {
            this.fetchSoon();
        }
        if (next !== undefined && next !== value) {
            this.value = next;
            this.show();
        }
    }

    end(): void {
        this.ended = true;
        window.clearTimeout(this.timer);
        setStale(this, null);
    }

    private settle(take: () => void): void {
        if (this.ended) {
            return;
        }
        this.busy = false;
        const time = performance.now();
        this.restsUntil = time + Math.max(0, time - this.began - slowLineMs) * restFactor;
        if (!this.outdated) {
            take();
            this.show();
        }
        if (this.again) {
            this.fetchNow();
        } else if (this.overflowed) {
            this.fetchSoon();
        }
    }

    private succeed(value: T): void {
        this.value = this.news.reduce((before, change) => this.options.apply?.(before, change) ?? before, value);
        this.error = null;
        setStale(this, null);
    }

    private fail(error: ApiError): void {
        this.error = error;
        if (isForbidding(error)) {
            this.value = undefined;
        }
        setStale(this, this.value === undefined ? null : { reason: error.message, retry: this.fetchNow });
    }
}
