// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { session } from '../src/base/api';
import { listenTopic, listenTrace, liveState, startLive, unheard } from '../src/base/live';
import { answerMs, silenceMs } from '../src/base/pulse';
import { installTimers } from './timers';

class FakeSocket {
    static OPEN = 1;
    static all: FakeSocket[] = [];
    readyState = 0;
    sent: Record<string, unknown>[] = [];
    closed = false;
    onopen: () => void = () => undefined;
    onmessage: (event: { data: string }) => void = () => undefined;
    onclose: () => void = () => undefined;

    constructor() {
        FakeSocket.all.push(this);
    }

    send(text: string): void {
        this.sent.push(JSON.parse(text) as Record<string, unknown>);
    }

    close(): void {
        this.closed = true;
    }

    open(): void {
        this.readyState = 1;
        this.onopen();
    }

    say(message: object): void {
        this.onmessage({ data: JSON.stringify(message) });
    }
}

const timers = installTimers();
Object.assign(globalThis, {
    WebSocket: FakeSocket, location: { origin: 'http://ci.example.org' }, fetch: () => Promise.reject(new Error('down')),
    document: { addEventListener: () => undefined, visibilityState: 'visible' },
});
session.value = { user: { id: 1, username: 'root', name: 'Root' }, csrf_token: '' };
startLive();
const last = (): FakeSocket => FakeSocket.all.at(-1)!;
last().open();

function listening(topic: string) {
    const heard: string[] = [];
    const stop = listenTopic(topic, {
        changed: () => heard.push('changed'), subscribed: () => heard.push('subscribed'), refused: () => heard.push('refused'),
    });
    return { heard, stop };
}

test('a page that lagged fetches what it shows', () => {
    const { heard, stop } = listening('job:1');
    last().say({ type: 'subscribed', topic: 'job:1' });
    last().say({ type: 'resync', topic: 'job:1' });
    assert.deepEqual(heard, ['subscribed', 'subscribed']);
    stop();
});

test('a topic that is refused is fetched, and said not to update', () => {
    const { heard, stop } = listening('job:2');
    last().say({ type: 'refused', topic: 'job:2', reason: 'too many subscriptions' });
    assert.deepEqual(heard, ['refused']);
    assert.deepEqual([...unheard.value], ['job:2']);
    last().say({ type: 'subscribed', topic: 'job:2' });
    assert.equal(unheard.value.size, 0);
    last().say({ type: 'refused', topic: 'job:2', reason: 'not found' });
    stop();
    assert.equal(unheard.value.size, 0);
});

test('a log that is refused is told', () => {
    const refused: string[] = [];
    const stop = listenTrace(3, {
        offset: () => 0, bytes: () => undefined, reset: () => undefined, end: () => undefined, refused: (reason) => refused.push(reason),
    });
    last().say({ type: 'trace_refused', job: 3, reason: 'not found' });
    assert.deepEqual(refused, ['not found']);
    stop();
});

test('a socket that answers after a silence is kept', () => {
    const mine = last();
    timers.wind(silenceMs);
    const { type, topic } = mine.sent.at(-1)!;
    assert.equal(type, 'subscribe');
    mine.say({ type: 'refused', topic, reason: 'no such topic' });
    assert.equal(unheard.value.size, 0);
    timers.wind(answerMs);
    assert.equal(liveState.value, 'open');
    assert.equal(last(), mine);
});

test('a socket that died without a word is replaced', () => {
    const mine = last();
    mine.say({ type: 'bye', reason: 'a sign of life' });
    timers.wind(silenceMs + answerMs);
    assert.equal(mine.closed, true);
    assert.equal(liveState.value, 'waiting');
    timers.wind(2000);
    assert.notEqual(last(), mine);
    last().open();
    assert.equal(liveState.value, 'open');
});

test('a connection that is never made is tried again', () => {
    const before = FakeSocket.all.length;
    last().onclose();
    timers.wind(2000);
    assert.equal(FakeSocket.all.length, before + 1);
    timers.wind(silenceMs + answerMs + 2000);
    assert.equal(FakeSocket.all.length, before + 2);
});
