// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modified } from '../src/terminal/keybar';
import { cleanPaste, needsQuestion, preview } from '../src/terminal/paste';
import { graceMs, TerminalSession, windowBytes, type TerminalView } from '../src/terminal/session';
import { decodeControl, endWords } from '../src/terminal/wire';

class FakeSocket {
    readyState = 0;
    binaryType = '';
    sent: unknown[] = [];
    closed = 0;
    onopen: () => void = () => undefined;
    onmessage: (event: { data: unknown }) => void = () => undefined;
    onclose: (event: { code: number }) => void = () => undefined;

    constructor(readonly url: string) {}

    send(data: unknown): void {
        this.sent.push(typeof data === 'string' ? JSON.parse(data) : data);
    }

    close(): void {
        this.closed += 1;
        this.readyState = 3;
    }

    open(): void {
        this.readyState = 1;
        this.onopen();
    }

    say(message: object): void {
        this.onmessage({ data: JSON.stringify(message) });
    }

    output(size: number): void {
        this.onmessage({ data: new ArrayBuffer(size) });
    }

    lose(code = 1006): void {
        this.readyState = 3;
        this.onclose({ code });
    }
}

/// A world whose clock stands still until a test turns it.
function world(reason = '', final = true, reached = true) {
    const coordinator = { reached };
    const sockets: FakeSocket[] = [];
    const timers: { run: () => void; at: number }[] = [];
    const written: { size: number; replayed: boolean; done: () => void }[] = [];
    const views: TerminalView[] = [];
    let time = 1000;
    let clears = 0;
    const session = new TerminalSession('/terminal', {
        connect: (url) => {
            sockets.push(new FakeSocket(url));
            return sockets.at(-1) as unknown as WebSocket;
        },
        later: (run, ms) => timers.push({ run, at: time + ms }),
        cancel: () => undefined,
        now: () => time,
        random: () => 0.5,
        diagnose: () => Promise.resolve({ reason, final: final && reason !== '', reached: coordinator.reached }),
    }, {
        size: () => ({ columns: 80, rows: 24 }),
        write: (bytes, replayed, done) => written.push({ size: bytes.length, replayed, done }),
        clear: () => { clears += 1; },
    }, (view) => views.push(view));
    const pass = async () => {
        const timer = timers.shift();
        time = Math.max(time, timer?.at ?? 0);
        timer?.run();
        await Promise.resolve();
    };
    return { coordinator, session, sockets, written, views, pass, last: () => sockets.at(-1)!, state: () => views.at(-1)!, wind: (ms: number) => { time += ms; }, clears: () => clears };
}

const settle = async (): Promise<void> => {
    for (let i = 0; i < 5; i += 1) {
        await Promise.resolve();
    }
};

function connected() {
    const all = world();
    all.session.start(null);
    all.last().open();
    all.last().say({ type: 'state', state: 'waiting' });
    all.last().say({ type: 'session', id: 'session-0001', offset: 0, gap: false });
    all.last().say({ type: 'state', state: 'connected' });
    return all;
}

test('says hello with its size and its credit, and shows each state', () => {
    const { last, views } = connected();
    assert.deepEqual(last().sent, [{ type: 'hello', columns: 80, rows: 24, credit: windowBytes }]);
    assert.deepEqual(views.map(({ state }) => state), ['connecting', 'connecting', 'waiting', 'connected']);
});

test('grants credit only for what is drawn', () => {
    const { last, written } = connected();
    last().output(windowBytes / 2);
    assert.equal(last().sent.length, 1);
    written[0]!.done();
    assert.deepEqual(last().sent[1], { type: 'credit', bytes: windowBytes / 2 });
});

test('comes back at the offset it has, with credit for the rest of its window', async () => {
    const { last, written, pass, sockets, state, clears } = connected();
    last().output(1000);
    last().lose();
    await settle();
    assert.equal(state().state, 'reconnecting');
    assert.ok(state().retryAt > 0);
    await pass();
    assert.equal(sockets.length, 2);
    assert.equal(last().url, '/terminal?session=session-0001&offset=1000');
    last().open();
    assert.deepEqual(last().sent[0], { type: 'hello', columns: 80, rows: 24, credit: windowBytes - 1000 });
    written[0]!.done();
    assert.equal(last().sent.length, 1, 'the old socket\'s bytes are no credit for the new one');
    last().say({ type: 'session', id: 'session-0001', offset: 1000, gap: false });
    last().say({ type: 'state', state: 'connected' });
    assert.equal(state().state, 'connected');
    assert.equal(clears(), 0);
});

test('clears the screen when output is lost', () => {
    const { last, clears } = connected();
    last().say({ type: 'session', id: 'session-0001', offset: 99999, gap: true });
    assert.equal(clears(), 1);
});

test('marks what was on a screen before as replayed', () => {
    const { session, last, written } = world();
    session.start({ id: 'session-0001', offset: 100 });
    assert.equal(last().url, '/terminal?session=session-0001&offset=0');
    last().open();
    last().say({ type: 'session', id: 'session-0001', offset: 0, gap: false });
    last().output(150);
    assert.deepEqual(written.map(({ size, replayed }) => [size, replayed]), [[100, true], [50, false]]);
});

test('begins anew when the session of before a reload is gone', async () => {
    const { session, last, sockets, written } = world();
    session.start({ id: 'session-0001', offset: 100 });
    last().lose();
    await settle();
    assert.equal(sockets.length, 2);
    assert.equal(last().url, '/terminal');
    last().open();
    last().say({ type: 'session', id: 'session-0002', offset: 0, gap: false });
    last().output(10);
    assert.deepEqual(written.map(({ replayed }) => replayed), [false]);
});

test('a reload while the coordinator is away comes back to the same shell', async () => {
    const { coordinator, session, last, sockets, pass, state } = world('', false, false);
    session.start({ id: 'session-0001', offset: 100 });
    last().lose();
    await settle();
    assert.deepEqual([state().state, state().text], ['reconnecting', 'The coordinator does not answer.']);
    assert.deepEqual(session.remembered(), { id: 'session-0001', offset: 100 });
    coordinator.reached = true;
    await pass();
    assert.equal(sockets.length, 2);
    assert.equal(last().url, '/terminal?session=session-0001&offset=0');
});

test('says that there may be too many when a first one is refused without a reason', async () => {
    const { session, last, state, pass, sockets } = world();
    session.start(null);
    last().lose();
    await settle();
    assert.equal(state().state, 'reconnecting');
    assert.match(state().text, /too many/);
    await pass();
    assert.equal(sockets.length, 2);
});

test('gives up after the grace time, and at once when there is a reason', async () => {
    const slow = connected();
    slow.last().lose();
    await settle();
    slow.wind(graceMs + 1);
    await slow.pass();
    slow.last().lose();
    await settle();
    assert.equal(slow.state().state, 'ended');

    const refused = world('the job does not run');
    refused.session.start(null);
    refused.last().lose();
    await settle();
    assert.deepEqual([refused.state().state, refused.state().text], ['ended', 'the job does not run']);
});

test('waits for a runner that is away for a moment, but not before a first connection', async () => {
    const waiting = world('its runner is not connected just now', false);
    waiting.session.start(null);
    waiting.last().open();
    waiting.last().lose();
    await settle();
    await waiting.pass();
    waiting.last().lose();
    await settle();
    assert.equal(waiting.state().state, 'reconnecting');

    const first = world('its runner is not connected just now', false);
    first.session.start(null);
    first.last().lose();
    await settle();
    assert.equal(first.state().state, 'ended');
});

const ends: [string, (all: ReturnType<typeof connected>) => void, string][] = [
    ['the shell exited', ({ last }) => {
        last().say({ type: 'exit', code: 3 });
        last().say({ type: 'state', state: 'ended', reason: 'shell exited' });
    }, 'The shell has ended (exit code 3).'],
    ['the runner refused, and why', ({ last }) => last().say({ type: 'state', state: 'ended', reason: 'runner refused', text: 'terminals are switched off' }),
        'The runner opened no shell: terminals are switched off.'],
    ['a time was over, with more words', ({ last }) => last().say({ type: 'state', state: 'ended', reason: 'time limit', text: 'at most 8 h' }),
        'The time that a terminal may last is over. At most 8 h.'],
    ['nobody typed', ({ last }) => last().say({ type: 'state', state: 'ended', reason: 'idle' }), 'Nobody used it for too long.'],
    ['the right was withdrawn', ({ last }) => last().lose(1008), 'You may no longer use this terminal.'],
    ['the reader disconnected', ({ session }) => session.close(), 'You closed it; its processes have ended.'],
];
for (const [name, act, words] of ends) {
    test(`says why it ended: ${name}`, () => {
        const all = connected();
        act(all);
        assert.deepEqual([all.state().state, all.state().text], ['ended', words]);
        assert.equal(all.session.remembered(), null);
    });
}

test('sends input only while somebody takes it, in pieces', () => {
    const { session, last } = connected();
    session.send(new Uint8Array(40000));
    assert.deepEqual(last().sent.slice(1).map((piece) => (piece as Uint8Array).length), [16384, 16384, 7232]);
    last().say({ type: 'state', state: 'reconnecting' });
    session.send(new Uint8Array(5));
    assert.equal(last().sent.length, 4);
});

test('says who only watches, sends nothing of theirs, and takes over when asked to', () => {
    const { session, last, state } = connected();
    assert.equal(state().watching, false);
    last().say({ type: 'role', role: 'observer' });
    assert.deepEqual([state().state, state().watching], ['connected', true]);
    session.send(new Uint8Array(5));
    assert.equal(last().sent.length, 1);
    last().say({ type: 'state', state: 'held', until: '2026-03-01T12:00:00Z' });
    assert.equal(state().watching, true);
    session.take();
    assert.deepEqual(last().sent.at(-1), { type: 'take' });
    last().say({ type: 'role', role: 'writer' });
    assert.deepEqual([state().state, state().watching], ['held', false]);
    session.send(new Uint8Array(5));
    assert.equal(last().sent.length, 3);
});

test('who only watches leaves, and the shell goes on', () => {
    const { session, last, state } = connected();
    last().say({ type: 'role', role: 'observer' });
    session.close();
    assert.deepEqual([state().state, state().text], ['ended', 'You stopped watching; the shell goes on.']);
    assert.equal(last().sent.length, 1);
});

test('ignores control messages that are none', () => {
    for (const bad of ['', '{', '[]', 'null', '1', '{"type":"state","state":"<b>"}', '{"type":"session","id":"../.."}', '{"type":"session","id":7}', '{"type":"other"}', '{"type":"role","role":"king"}']) {
        assert.equal(decodeControl(bad), null, bad);
    }
    assert.equal(endWords('constructor'), 'Constructor.');
});

test('takes from a paste what could press keys', () => {
    assert.equal(cleanPaste('a\u001b[201~b\u009b201~c\r\nd\re\u0000\u0003'), 'a[201~b201~c\nd\ne');
    assert.equal(cleanPaste('tab\there ü 🚢'), 'tab\there ü 🚢');
    assert.ok(needsQuestion('ls\n'));
    assert.ok(!needsQuestion('ls'));
    assert.equal(preview('x\n'.repeat(20)).split('\n').length, 13);
});

test('turns keys of the bar into what a keyboard would send', () => {
    assert.equal(modified('c', true, false), '\u0003');
    assert.equal(modified('[', true, false), '\u001b');
    assert.equal(modified('x', false, true), '\u001bx');
    assert.equal(modified('ab', true, false), 'ab');
});
