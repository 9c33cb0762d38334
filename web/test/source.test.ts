// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signal } from '@preact/signals';
import type { TraceListener } from '../src/base/live';
import { LogSource } from '../src/log/source';
import { LogTail } from '../src/log/tail';
import { fakeTimers, settle } from './timers';

const encoder = new TextEncoder();
const bytes = (text: string): Uint8Array => encoder.encode(text);
const textOf = (data: Uint8Array): string => new TextDecoder().decode(data);

const pieces: [string, number, number, string, string | null][] = [
    ['the first piece', 0, 0, 'abc', 'abc'],
    ['a piece that follows', 3, 3, 'def', 'def'],
    ['a piece that begins before the end', 4, 2, 'cdef', 'ef'],
    ['a piece that is known already', 6, 0, 'abc', ''],
    ['a piece that ends where the log ends', 3, 0, 'abc', ''],
    ['a piece beyond a hole', 3, 4, 'ef', null],
];
for (const [what, end, at, piece, fresh] of pieces) {
    test(`places ${what}`, () => {
        const tail = new LogTail();
        tail.end = end;
        const taken = tail.take(at, bytes(piece));
        assert.equal(taken && textOf(taken), fresh);
        assert.equal(tail.end, end + (fresh?.length ?? 0));
    });
}

interface Asked {
    from: number;
    /// Answers with the stored log from there on; several parts arrive one by one.
    answer: (...parts: string[]) => Promise<void>;
    status: (status: number) => Promise<void>;
    /// The head of an answer, and a way to go on.
    begin: () => ReadableStreamDefaultController<Uint8Array>;
    break: () => Promise<void>;
}

function openLog({ active = true } = {}) {
    const asked: Asked[] = [];
    const granted: number[] = [];
    const failures: string[] = [];
    const timers = fakeTimers();
    const live = signal(true);
    const listening: { listener: TraceListener; from: number }[] = [];
    const shown = { text: '', finished: 0, active };
    const sink = {
        onConsumed: (_bytes: number): void => undefined,
        feed: (data: Uint8Array) => { shown.text += textOf(data); },
        finish: () => { shown.finished += 1; },
        reset: () => { shown.text = ''; },
    };
    const source = new LogSource(sink, { active: () => shown.active, begun: () => true, loaded: (failure) => { failures.push(failure); } }, {
        fetch: (from) => new Promise((resolve, reject) => asked.push({
            from,
            answer: async (...parts) => {
                resolve(new Response(new ReadableStream({ start(stream) {
                    parts.forEach((part) => stream.enqueue(bytes(part)));
                    stream.close();
                } }), { status: from > 0 ? 206 : 200 }));
                await settle();
            },
            begin: () => {
                let stream!: ReadableStreamDefaultController<Uint8Array>;
                resolve(new Response(new ReadableStream({ start(controller) { stream = controller; } }), { status: from > 0 ? 206 : 200 }));
                return stream;
            },
            status: async (status) => {
                resolve(new Response(null, { status }));
                await settle();
            },
            break: async () => {
                reject(new Error('network'));
                await settle();
            },
        })),
        listen: (listener) => {
            const entry = { listener, from: listener.offset() };
            listening.push(entry);
            return () => listening.splice(listening.indexOf(entry), 1);
        },
        grant: (count) => { granted.push(count); },
        isLive: () => live.value,
        later: timers.later,
        cancel: timers.cancel,
    });
    return { source, sink, shown, asked, granted, failures, timers, live, listening };
}

test('goes on over the socket where the stored log ends', async () => {
    const { shown, asked, listening } = openLog();
    await asked[0]!.answer('abc', 'def');
    assert.equal(listening[0]!.from, 6);
    listening[0]!.listener.bytes(bytes('efg'), 4);
    assert.equal(shown.text, 'abcdefg');
    listening[0]!.listener.end(7);
    assert.equal(shown.finished, 1);
    assert.equal(listening.length, 0);
});

test('reads the end of a job that ended while its log was read', async () => {
    const { source, shown, asked } = openLog();
    shown.active = false;
    source.settle();
    await asked[0]!.answer('abc');
    assert.equal(shown.finished, 0);
    assert.equal(asked[1]!.from, 2);
    await asked[1]!.answer('cdef');
    assert.equal(shown.text, 'abcdef');
    assert.equal(shown.finished, 1);
});

test('fetches what the end names and the socket did not bring', async () => {
    const { shown, asked, listening } = openLog();
    await asked[0]!.answer('abc');
    shown.active = false;
    listening[0]!.listener.end(6);
    assert.equal(shown.finished, 0);
    await asked[1]!.answer('cdef');
    assert.equal(shown.text, 'abcdef');
    assert.equal(shown.finished, 1);
});

test('takes nothing twice when a fetch and the socket bring the same', async () => {
    const { shown, asked, listening, live, timers } = openLog();
    await asked[0]!.answer('abc');
    live.value = false;
    timers.wind(3000);
    const stream = asked[1]!.begin();
    stream.enqueue(bytes('cd'));
    await settle();
    live.value = true;
    listening[0]!.listener.bytes(bytes('efg'), 4);
    stream.enqueue(bytes('efg'));
    stream.close();
    await settle();
    assert.equal(shown.text, 'abcdefg');
});

test('asks again from where a hole begins', async () => {
    const { shown, asked, listening } = openLog();
    await asked[0]!.answer('abc');
    listening[0]!.listener.bytes(bytes('ghi'), 6);
    assert.equal(shown.text, 'abc');
    assert.equal(listening[0]!.from, 3);
});

for (const shorter of ['416', 'a short answer'] as const) {
    test(`begins anew when the log is shorter than before: ${shorter}`, async () => {
        const { shown, asked, live, timers } = openLog();
        await asked[0]!.answer('a long old log');
        live.value = false;
        timers.wind(3000);
        await (shorter === '416' ? asked[1]!.status(416) : asked[1]!.answer(''));
        assert.equal(shown.text, '');
        assert.equal(asked[2]!.from, 0);
        await asked[2]!.answer('new');
        assert.equal(shown.text, 'new');
    });
}

test('forgets what is under way of a log that was replaced', async () => {
    const { shown, asked, listening, live, timers } = openLog();
    await asked[0]!.answer('abc');
    live.value = false;
    timers.wind(3000);
    const stream = asked[1]!.begin();
    stream.enqueue(bytes('cd'));
    await settle();
    live.value = true;
    listening[0]!.listener.reset();
    listening[0]!.listener.bytes(bytes('xy'), 0);
    stream.enqueue(bytes('ef'));
    await settle();
    assert.equal(shown.text, 'xy');
});

test('says why a log did not load, and takes it back when it does', async () => {
    const { source, shown, asked, failures } = openLog({ active: false });
    await asked[0]!.break();
    assert.match(failures.at(-1)!, /network/);
    assert.equal(shown.finished, 0);
    void source.load();
    await asked[1]!.answer('abc');
    assert.equal(failures.at(-1), '');
    assert.equal(shown.text, 'abc');
    assert.equal(shown.finished, 1);
});

test('takes a failure back when the socket brought the whole log', async () => {
    const { shown, asked, failures, listening } = openLog({ active: false });
    await asked[0]!.status(500);
    assert.match(failures.at(-1)!, /500/);
    listening[0]!.listener.bytes(bytes('abc'), 0);
    listening[0]!.listener.end(3);
    assert.equal(failures.at(-1), '');
    assert.equal(shown.text, 'abc');
    assert.equal(shown.finished, 1);
});

test('says that a log may not be followed any more', async () => {
    const { asked, listening, failures } = openLog();
    await asked[0]!.answer('abc');
    listening[0]!.listener.refused('not found');
    assert.match(failures.at(-1)!, /not found/);
    assert.equal(listening.length, 0);
});

test('grants what the socket brought, never what was fetched', async () => {
    const { sink, asked, listening, granted } = openLog();
    await asked[0]!.answer('abcdef');
    sink.onConsumed(6);
    assert.deepEqual(granted, []);
    listening[0]!.listener.bytes(bytes('efgh'), 4);
    sink.onConsumed(2);
    assert.deepEqual(granted, [2, 2]);
});
