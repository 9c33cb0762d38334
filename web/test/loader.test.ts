// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../src/base/api';
import type { Change } from '../src/base/livemessage';
import { Loader } from '../src/base/loader';
import { retryStale, stale } from '../src/base/stale';
import { installTimers, settle } from './timers';

const timers = installTimers();

interface Value {
    status: string;
}

/// A coordinator that answers when told to.
function loading() {
    const asked: { answer: (status: string) => void; refuse: (error: unknown) => void }[] = [];
    const load = () => new Promise<Value>((resolve, reject) => asked.push({ answer: (status) => resolve({ status }), refuse: reject }));
    const loader = new Loader<Value>(load, () => undefined, { apply: (value, change) => ({ ...value, ...change.data }) });
    return { loader, asked };
}

const news = (status: string): Change => ({ topic: 'job:1', entity: 'job', id: 1, data: { status } });

test('keeps news that came while an older answer was under way', async () => {
    const { loader, asked } = loading();
    loader.set({ status: 'pending' });
    loader.fetchNow();
    loader.changed(news('success'));
    asked[0]!.answer('running');
    await settle();
    assert.equal(loader.value?.status, 'success');
});

test('asks again after the answer that was under way, and shows both in their order', async () => {
    const { loader, asked } = loading();
    loader.fetchNow();
    loader.fetchNow();
    loader.fetchNow();
    assert.equal(asked.length, 1);
    asked[0]!.answer('old');
    await settle();
    assert.equal(loader.value?.status, 'old');
    assert.equal(asked.length, 2);
    asked[1]!.answer('new');
    await settle();
    assert.equal(loader.value?.status, 'new');
});

test('a correction is not undone by an answer of before', async () => {
    const { loader, asked } = loading();
    loader.fetchNow();
    loader.set({ status: 'saved' });
    asked[0]!.answer('of before');
    await settle();
    assert.equal(loader.value?.status, 'saved');
    asked[1]!.answer('saved and more');
    await settle();
    assert.equal(loader.value?.status, 'saved and more');
});

test('a stream of news without a pause is fetched all the same', async () => {
    const { loader, asked } = loading();
    loader.fetchNow();
    asked[0]!.answer('running');
    await settle();
    for (let step = 0; step < 20; step += 1) {
        loader.fetchSoon();
        timers.wind(200);
    }
    assert.ok(asked.length >= 2);
    loader.end();
});

test('a list that takes long to fetch is given a rest', async () => {
    const { loader, asked } = loading();
    loader.fetchNow();
    timers.wind(1500);
    asked[0]!.answer('running');
    await settle();
    for (let step = 0; step < 8; step += 1) {
        loader.fetchSoon();
        timers.wind(1000);
    }
    assert.equal(asked.length, 1);
    timers.wind(1000);
    assert.equal(asked.length, 2);
    loader.end();
});

test('but at once when somebody asks', async () => {
    const { loader, asked } = loading();
    loader.fetchNow();
    timers.wind(1000);
    asked[0]!.answer('running');
    await settle();
    loader.fetchNow();
    assert.equal(asked.length, 2);
    loader.end();
});

test('keeps what it shows when it cannot be fetched again, and says so until it can', async () => {
    const { loader, asked } = loading();
    loader.fetchNow();
    asked[0]!.answer('running');
    await settle();
    assert.equal(stale.value.size, 0);
    loader.fetchNow();
    asked[1]!.refuse(new ApiError(503, 'The coordinator is busy.'));
    await settle();
    assert.equal(loader.value?.status, 'running');
    assert.deepEqual([...stale.value.values()].map(({ reason }) => reason), ['The coordinator is busy.']);
    retryStale();
    asked[2]!.answer('success');
    await settle();
    assert.equal(loader.value?.status, 'success');
    assert.equal(stale.value.size, 0);
});

for (const status of [401, 403, 404]) {
    test(`shows no more what was refused with ${status}`, async () => {
        const { loader, asked } = loading();
        loader.fetchNow();
        asked[0]!.answer('running');
        await settle();
        loader.fetchNow();
        asked[1]!.refuse(new ApiError(status, 'No'));
        await settle();
        assert.equal(loader.value, undefined);
        assert.equal(loader.error?.status, status);
        assert.equal(stale.value.size, 0);
    });
}
