// SPDX-License-Identifier: MIT
// A value from REST that a component shows: fetched when its key changes, kept while it is fetched
// again, corrected by live events, fetched anew after a reconnection.
import { useEffect, useMemo, useReducer } from 'preact/hooks';
import { ApiError } from './api';
import { listenTopic } from './live';
import type { Change } from './livemessage';

export interface Resource<T> {
    value: T | undefined;
    error: ApiError | null;
    reload: () => void;
    /// Corrects the value at once, before the coordinator says so.
    set: (value: T) => void;
}

interface Options<T> {
    topics?: string[];
    /// The value after a change; undefined asks for a fetch instead.
    apply?: (value: T, change: Change) => T | undefined;
    /// The change is shown, but what hangs on it (what the caller may do now) has to be fetched, too.
    alsoFetch?: (value: T, change: Change) => boolean;
}

// News comes in bursts (a pipeline's jobs move together): one fetch for the burst.
const settleMs = 250;
// But a stream of news without a pause is fetched at least this often.
const patienceMs = 1500;

class Loader<T> {
    value: T | undefined;
    error: ApiError | null = null;
    busy = false;
    private timer = 0;
    private firstAsked = 0;
    private generation = 0;
    private ended = false;

    constructor(readonly load: () => Promise<T>, readonly show: () => void) {}

    fetchNow = (): void => {
        window.clearTimeout(this.timer);
        this.timer = 0;
        this.generation += 1;
        const mine = this.generation;
        this.busy = true;
        const settle = (value: T | undefined, error: ApiError | null) => {
            if (!this.ended && mine === this.generation) {
                this.busy = false;
                this.value = error && error.status !== 404 ? this.value : value;
                this.error = error;
                this.show();
            }
        };
        this.load().then((value) => settle(value, null),
            (error: unknown) => settle(undefined, error instanceof ApiError ? error : new ApiError(0, String(error))));
    };

    fetchSoon = (): void => {
        const time = performance.now();
        if (!this.timer) {
            this.firstAsked = time;
        }
        window.clearTimeout(this.timer);
        const wait = Math.max(0, Math.min(settleMs, this.firstAsked + patienceMs - time));
        this.timer = window.setTimeout(this.fetchNow, wait);
    };

    set = (value: T): void => {
        this.value = value;
        this.show();
    };

    end(): void {
        this.ended = true;
        window.clearTimeout(this.timer);
    }
}

/// `key` names what is shown; another key is another value. A null key fetches nothing.
export function useResource<T>(key: string | null, load: () => Promise<T>, options: Options<T> = {}): Resource<T> {
    const [, show] = useReducer<number, void>((n) => n + 1, 0);
    const loader = useMemo(() => new Loader(load, () => show()), [key]);
    const topicNames = (options.topics ?? []).join(' ');
    useEffect(() => {
        if (key === null) {
            return undefined;
        }
        const changed = (change: Change) => {
            const next = loader.value !== undefined && options.apply ? options.apply(loader.value, change) : undefined;
            if (next === undefined || options.alsoFetch?.(loader.value!, change)) {
                loader.fetchSoon();
            }
            if (next !== undefined && next !== loader.value) {
                loader.set(next);
            }
        };
        let heard = false;
        const subscribed = () => {
            // A fetch that began before the topic was heard may have missed something.
            if (heard || loader.value !== undefined || loader.busy) {
                loader.fetchSoon();
            }
            heard = true;
        };
        const stops = topicNames ? topicNames.split(' ').map((topic) => listenTopic(topic, { changed, subscribed })) : [];
        return () => stops.forEach((stop) => stop());
    }, [loader, topicNames]);
    useEffect(() => {
        if (key !== null) {
            loader.fetchNow();
        }
        return () => loader.end();
    }, [loader]);
    return { value: loader.value, error: loader.error, reload: loader.fetchNow, set: loader.set };
}
