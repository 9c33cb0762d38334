// SPDX-License-Identifier: MIT
// One terminal session over as many sockets as it takes: states, credit, coming back at an offset.
// Knows neither the screen nor the page.
import { backoffMs } from '../base/backoff';
import { decodeControl, endWords, subprotocol, type Control } from './wire';

export type TerminalState = 'connecting' | 'waiting' | 'connected' | 'held' | 'reconnecting' | 'ended';

export interface TerminalView {
    state: TerminalState;
    /// A sentence for the reader, may be empty.
    text: string;
    /// held: when the job is released (ISO time).
    until: string;
    /// reconnecting: when the next attempt begins (epoch ms), 0 when it is not up to us.
    retryAt: number;
    /// Another tab types; what is typed here counts for nothing.
    watching: boolean;
}

export interface Size {
    columns: number;
    rows: number;
}

export interface Remembered {
    id: string;
    offset: number;
}

/// What the session needs of the world outside; the browser's own in production.
export interface TerminalWorld {
    connect(url: string, protocol: string): WebSocket;
    later(run: () => void, ms: number): number;
    cancel(timer: number): void;
    now(): number;
    random(): number;
    diagnose(): Promise<Diagnosis>;
}

/// Why a socket was refused; the browser itself does not say.
export interface Diagnosis {
    /// A sentence; empty when nothing speaks against a terminal.
    reason: string;
    /// No later attempt can succeed. A runner that is away for a moment is no such thing.
    final: boolean;
    /// The coordinator answered.
    reached: boolean;
}

export interface TerminalScreen {
    size(): Size;
    /// `done` once the bytes are on the screen. `replayed`: shown before, so queries among them were
    /// answered before.
    write(bytes: Uint8Array, replayed: boolean, done: () => void): void;
    clear(): void;
}

/// Output that may be under way or waiting to be drawn. Enough for a long round trip at full speed,
/// little enough that Ctrl+C is felt at once.
export const windowBytes = 512 * 1024;
const grantBytes = windowBytes / 8;
/// The coordinator keeps a session this long without a viewer; a little more for clocks that differ.
export const graceMs = 65000;
const pieceBytes = 16 * 1024;

export class TerminalSession {
    view: TerminalView = { state: 'connecting', text: '', until: '', retryAt: 0, watching: false };
    exit = '';
    private socket: WebSocket | null = null;
    private id = '';
    /// Bytes of the session's output received so far.
    private offset = 0;
    /// Output below this offset was on a screen before.
    private replayUntil = 0;
    private undrawn = 0;
    private ungranted = 0;
    private attempt = 0;
    private lostAt = 0;
    private timer = 0;
    private everOpen = false;
    private stopped = false;

    constructor(private readonly url: string, private readonly world: TerminalWorld,
        private readonly screen: TerminalScreen, private readonly show: (view: TerminalView) => void) {}

    /// Opens a session, or comes back to one from before the page was loaded anew.
    start(remembered: Remembered | null): void {
        if (remembered) {
            this.id = remembered.id;
            this.replayUntil = remembered.offset;
        }
        this.dial();
    }

    remembered(): Remembered | null {
        return this.id && this.view.state !== 'ended' ? { id: this.id, offset: Math.max(this.offset, this.replayUntil) } : null;
    }

    send(bytes: Uint8Array): void {
        const { state, watching } = this.view;
        if (this.socket?.readyState === 1 && !watching && (state === 'connected' || state === 'held')) {
            for (let at = 0; at < bytes.length; at += pieceBytes) {
                this.socket.send(bytes.slice(at, at + pieceBytes));
            }
        }
    }

    resize({ columns, rows }: Size): void {
        this.say({ type: 'resize', columns, rows });
    }

    /// Types from here on; the tab that did watches.
    take(): void {
        this.say({ type: 'take' });
    }

    /// Ends the shell and all its processes; who only watches just goes.
    close(): void {
        if (this.view.watching) {
            this.finish('You stopped watching; the shell goes on.');
            return;
        }
        this.say({ type: 'close' });
        this.finish(endWords('closed'));
    }

    /// The page goes away; the session stays for its grace time.
    leave(): void {
        this.stopped = true;
        this.world.cancel(this.timer);
        this.socket?.close(1000);
    }

    retryNow(): void {
        if (this.view.state === 'reconnecting' && this.view.retryAt > 0) {
            this.world.cancel(this.timer);
            this.dial();
        }
    }

    private say(message: object): void {
        if (this.socket?.readyState === 1) {
            this.socket.send(JSON.stringify(message));
        }
    }

    private set(view: Partial<TerminalView> & { state: TerminalState }): void {
        this.view = { text: '', until: '', retryAt: 0, watching: this.view.watching, ...view };
        this.show(this.view);
    }

    private finish(text: string): void {
        this.stopped = true;
        this.world.cancel(this.timer);
        this.socket?.close(1000);
        this.set({ state: 'ended', text, watching: false });
    }

    private dial(): void {
        this.set({ state: this.everOpen ? 'reconnecting' : 'connecting', text: this.everOpen ? 'Connecting again…' : '' });
        const resume = this.id ? `?session=${encodeURIComponent(this.id)}&offset=${this.offset}` : '';
        const socket = this.world.connect(this.url + resume, subprotocol);
        this.socket = socket;
        socket.binaryType = 'arraybuffer';
        let opened = false;
        socket.onopen = () => {
            opened = true;
            this.begin();
        };
        socket.onmessage = ({ data }) => this.socket === socket && this.receive(data);
        socket.onclose = ({ code }) => {
            if (this.socket === socket && !this.stopped) {
                this.socket = null;
                void this.lost(opened, code);
            }
        };
    }

    private begin(): void {
        this.everOpen = true;
        this.ungranted = 0;
        const credit = Math.max(grantBytes, windowBytes - this.undrawn);
        this.say({ type: 'hello', ...this.screen.size(), credit });
        this.set({ state: this.view.state === 'reconnecting' ? 'reconnecting' : 'connecting', watching: false });
    }

    private receive(data: unknown): void {
        if (typeof data === 'string') {
            const message = decodeControl(data);
            if (message) {
                this.obey(message);
            }
        } else if (data instanceof ArrayBuffer) {
            this.output(new Uint8Array(data));
        }
    }

    private obey(message: Control): void {
        if (message.type === 'exit') {
            this.exit = message.signal !== null ? `signal ${message.signal}` : `exit code ${message.code ?? 0}`;
        } else if (message.type === 'role') {
            this.set({ ...this.view, watching: message.role === 'observer' });
        } else if (message.type === 'session') {
            this.adopt(message);
        } else if (message.state === 'ended') {
            const exit = message.reason === 'shell exited' && this.exit ? ` (${this.exit})` : '';
            this.finish(endWords(message.reason, message.text).replace(/\.$/, `${exit}.`));
        } else {
            this.set({ state: message.state, text: message.text, until: message.until });
        }
    }

    private adopt({ id, offset, gap }: Extract<Control, { type: 'session' }>): void {
        if (id !== this.id) {
            this.replayUntil = 0;
        }
        if (gap || (id !== this.id && this.offset > 0)) {
            this.screen.clear();
        }
        this.id = id;
        this.offset = offset;
        this.attempt = 0;
        this.lostAt = 0;
    }

    private output(bytes: Uint8Array): void {
        const known = Math.max(0, Math.min(bytes.length, this.replayUntil - this.offset));
        this.offset += bytes.length;
        this.write(bytes.subarray(0, known), true);
        this.write(bytes.subarray(known), false);
    }

    private write(bytes: Uint8Array, replayed: boolean): void {
        if (bytes.length === 0) {
            return;
        }
        const { socket } = this;
        this.undrawn += bytes.length;
        this.screen.write(bytes, replayed, () => {
            this.undrawn -= bytes.length;
            // Credit belongs to the socket that the bytes came over: a new one began with its own.
            if (this.socket === socket) {
                this.ungranted += bytes.length;
                if (this.ungranted >= grantBytes) {
                    this.say({ type: 'credit', bytes: this.ungranted });
                    this.ungranted = 0;
                }
            }
        });
    }

    private async lost(opened: boolean, code: number): Promise<void> {
        if (code === 1008) {
            this.finish(endWords('right withdrawn'));
            return;
        }
        if (code === 1000 && opened) {
            this.finish(this.view.text || 'The coordinator closed it.');
            return;
        }
        this.lostAt ||= this.world.now();
        const found: Diagnosis | null = opened ? null : await this.world.diagnose().catch(() => ({ reason: '', final: false, reached: false }));
        if (this.stopped || (found && this.isOver(found))) {
            return;
        }
        if (found?.reached && !found.reason && !this.everOpen && this.id) {
            // The session of before the reload is gone: a new one.
            this.id = '';
            this.replayUntil = 0;
            this.dial();
            return;
        }
        const wait = backoffMs(this.attempt, this.world.random());
        this.attempt += 1;
        this.set({ state: 'reconnecting', text: this.lostWords(found), retryAt: this.world.now() + wait });
        this.timer = this.world.later(() => this.dial(), wait);
    }

    private lostWords(found: Diagnosis | null): string {
        if (found && !found.reached) {
            return 'The coordinator does not answer.';
        }
        // The browser hides the status of a refusal. With nothing else against it, it is 423 or 429.
        return found && !this.everOpen && !found.reason
            ? 'The coordinator takes no terminal just now: too many are open, or were opened within a minute.'
            : 'The connection was lost.';
    }

    /// After a refused attempt: whether what was found out, or the time, ends the session.
    private isOver({ reason, final }: Diagnosis): boolean {
        if (final || (reason && !this.everOpen && !this.id)) {
            this.finish(reason);
            return true;
        }
        if (this.world.now() - this.lostAt > graceMs) {
            this.finish(this.everOpen || this.id ? endWords('grace expired') : this.view.text);
            return true;
        }
        return false;
    }
}
