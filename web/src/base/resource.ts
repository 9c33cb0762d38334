// SPDX-License-Identifier: MIT
// A value from REST that a component shows: fetched when its key changes, kept while it is fetched
// again, corrected by live events, fetched anew after a reconnection.
import { useEffect, useMemo, useReducer } from 'preact/hooks';
import type { ApiError } from './api';
import { listenTopic } from './live';
import { isForbidding, Loader, type LoaderOptions } from './loader';

export interface Resource<T> {
    value: T | undefined;
    error: ApiError | null;
    reload: () => void;
    /// Corrects the value at once, before the coordinator says so.
    set: (value: T) => void;
}

interface Options<T> extends LoaderOptions<T> {
    topics?: string[];
}

/// `key` names what is shown; another key is another value. A null key fetches nothing.
export function useResource<T>(key: string | null, load: () => Promise<T>, options: Options<T> = {}): Resource<T> {
    const [, show] = useReducer<number, void>((n) => n + 1, 0);
    const loader = useMemo(() => new Loader(load, () => show(), options), [key]);
    // What may not be seen has no news either, and nobody misses them.
    const topicNames = isForbidding(loader.error) ? '' : (options.topics ?? []).join(' ');
    useEffect(() => {
        if (key === null) {
            return undefined;
        }
        let heard = false;
        const subscribed = () => {
            // A fetch that began before the topic was heard may have missed something; one that failed
            // may have done so because the coordinator was away.
            if (heard || loader.value !== undefined || loader.busy || loader.error) {
                loader.fetchSoon();
            }
            heard = true;
        };
        const listener = { changed: loader.changed.bind(loader), subscribed, refused: loader.fetchSoon };
        const stops = topicNames ? topicNames.split(' ').map((topic) => listenTopic(topic, listener)) : [];
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
