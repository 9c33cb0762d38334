// SPDX-License-Identifier: MIT
// The one WebSocket of the page (`/-/live`): topics and logs that somebody on the page looks at,
// asked for again after each reconnection.
import { effect, signal } from '@preact/signals';
import { loadSession, session } from './api';
import { backoffMs } from './backoff';
import { decodeLive, type Change, type LiveMessage } from './livemessage';
import { Pulse } from './pulse';

export interface TopicListener {
    changed(change: Change): void;
    /// The topic is heard from now on; what changed before must be fetched.
    subscribed(): void;
    /// The coordinator says no, or no longer: why is found by fetching.
    refused(): void;
}

export interface TraceListener {
    /// First byte the page does not have.
    offset(): number;
    bytes(data: Uint8Array, offset: number): void;
    reset(): void;
    end(size: number): void;
    /// The log may not, or no longer, be followed.
    refused(reason: string): void;
}

type LiveState = 'off' | 'connecting' | 'open' | 'waiting';

export const liveState = signal<LiveState>('off');
/// What the page shows but hears no news of.
export const unheard = signal<ReadonlySet<string>>(new Set());

// Names nothing, so it is refused, and at once: the answer is a sign of life.
const probe = '?';

const topics = new Map<string, Set<TopicListener>>();
const traces = new Map<number, TraceListener>();
let socket: WebSocket | null = null;
let attempt = 0;
let timer = 0;

function say(message: object): void {
    if (socket?.readyState === WebSocket.OPEN) {
        socket.send(JSON.stringify(message));
    }
}

function setHeard(topic: string, heard: boolean): void {
    if (unheard.value.has(topic) === heard) {
        const next = new Set(unheard.value);
        next[heard ? 'delete' : 'add'](topic);
        unheard.value = next;
    }
}

function askForAll(): void {
    for (const topic of topics.keys()) {
        say({ type: 'subscribe', topic });
    }
    for (const [job, listener] of traces) {
        say({ type: 'trace', job, offset: listener.offset() });
    }
}

function handle(message: LiveMessage): void {
    switch (message.type) {
    case 'subscribed':
        setHeard(message.topic, true);
        topics.get(message.topic)?.forEach((listener) => listener.subscribed());
        break;
    case 'resync':
        topics.get(message.topic)?.forEach((listener) => listener.subscribed());
        break;
    case 'changed':
        topics.get(message.topic)?.forEach((listener) => listener.changed(message));
        break;
    case 'trace':
        traces.get(message.job)?.bytes(message.data, message.offset);
        break;
    case 'trace_reset':
        traces.get(message.job)?.reset();
        break;
    case 'trace_end':
        traces.get(message.job)?.end(message.size);
        break;
    case 'trace_refused':
        traces.get(message.job)?.refused(message.reason);
        break;
    case 'refused':
        setHeard(message.topic, !topics.has(message.topic));
        topics.get(message.topic)?.forEach((listener) => listener.refused());
        break;
    case 'bye':
        break;
    }
}

const pulse = new Pulse(() => say({ type: 'subscribe', topic: probe }), () => {
    // It takes minutes to close a connection whose other end is gone: it is left to itself.
    const dead = socket;
    retryLater();
    dead?.close();
});

function retryLater(): void {
    socket = null;
    pulse.stop();
    if (!session.value) {
        liveState.value = 'off';
        return;
    }
    liveState.value = 'waiting';
    timer = window.setTimeout(connect, backoffMs(attempt, Math.random()));
    attempt += 1;
    // A refused upgrade does not say why; a session that was ended leads to the sign-in page.
    loadSession().catch(() => undefined);
}

function connect(): void {
    window.clearTimeout(timer);
    if (socket || !session.value) {
        return;
    }
    liveState.value = 'connecting';
    const mine = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/-/live`, 'capstan.live.v1');
    socket = mine;
    pulse.heard();
    mine.onopen = () => {
        attempt = 0;
        liveState.value = 'open';
        askForAll();
    };
    mine.onmessage = (event) => {
        const message = decodeLive(event.data);
        if (socket === mine) {
            pulse.heard();
            if (message) {
                handle(message);
            }
        }
    };
    mine.onclose = () => {
        if (socket === mine) {
            retryLater();
        }
    };
}

function disconnect(): void {
    window.clearTimeout(timer);
    const old = socket;
    socket = null;
    pulse.stop();
    unheard.value = new Set();
    old?.close(1000);
    liveState.value = 'off';
}

function connectSooner(): void {
    if (document.visibilityState !== 'visible') {
        return;
    }
    if (liveState.value === 'waiting') {
        attempt = 0;
        connect();
    } else if (liveState.value === 'open') {
        // Whoever comes back, from sleep perhaps, wants to know soon.
        pulse.askNow();
    }
}

export function startLive(): void {
    let user = 0;
    effect(() => {
        const id = session.value?.user.id ?? 0;
        if (id !== user) {
            user = id;
            disconnect();
            connect();
        }
    });
    document.addEventListener('visibilitychange', connectSooner);
    window.addEventListener('online', connectSooner);
}

export function listenTopic(topic: string, listener: TopicListener): () => void {
    let listeners = topics.get(topic);
    if (!listeners) {
        listeners = new Set();
        topics.set(topic, listeners);
    }
    listeners.add(listener);
    say({ type: 'subscribe', topic });
    return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && topics.get(topic) === listeners) {
            topics.delete(topic);
            setHeard(topic, true);
            say({ type: 'unsubscribe', topic });
        }
    };
}

export function listenTrace(job: number, listener: TraceListener): () => void {
    traces.set(job, listener);
    say({ type: 'trace', job, offset: listener.offset() });
    return () => {
        if (traces.get(job) === listener) {
            traces.delete(job);
            say({ type: 'trace_stop', job });
        }
    };
}

export function grantTrace(job: number, bytes: number): void {
    say({ type: 'trace_credit', job, bytes });
}
