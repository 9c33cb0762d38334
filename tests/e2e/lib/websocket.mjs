// SPDX-License-Identifier: MIT
// A WebSocket client for tests: any header, any subprotocol, and it can stop reading. RFC 6455.
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { connect as connectTls } from 'node:tls';

export class WebSocketClient {
  /** Resolves with an open socket, or rejects with an error that has `status`. */
  static open(url, { headers = {}, protocols = [], ca } = {}) {
    const target = new URL(url);
    const socket = target.protocol === 'https:'
      ? connectTls({ port: Number(target.port), host: target.hostname, ca })
      : connect(Number(target.port), target.hostname);
    const client = new WebSocketClient(socket);
    const lines = [
      `GET ${target.pathname}${target.search} HTTP/1.1`,
      `Host: ${target.host}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      ...(protocols.length > 0 ? [`Sec-WebSocket-Protocol: ${protocols.join(', ')}`] : []),
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    return client.#shakeHands();
  }

  constructor(socket) {
    this.socket = socket;
    this.buffer = Buffer.alloc(0);
    this.frames = []; // { opcode, payload }, in the order of arrival.
    this.output = ''; // All binary payloads so far, as one text.
    this.decoder = new StringDecoder('utf8');
    this.waiters = new Set();
    this.isWaking = false;
    this.isClosed = false;
  }

  #shakeHands() {
    return new Promise((resolve, reject) => {
      this.socket.on('error', reject);
      this.socket.on('close', () => {
        this.isClosed = true;
        this.#wake();
      });
      const read = (bytes) => {
        this.buffer = Buffer.concat([this.buffer, bytes]);
        const end = this.buffer.indexOf('\r\n\r\n');
        if (end < 0) return;
        const head = this.buffer.subarray(0, end).toString('latin1');
        this.socket.off('data', read);
        const status = Number(head.split(' ')[1]);
        if (status !== 101) {
          this.socket.destroy();
          reject(Object.assign(new Error(`refused with ${status}`), { status }));
          return;
        }
        this.protocol = /sec-websocket-protocol: *(.*)/i.exec(head)?.[1].trim() ?? '';
        this.buffer = this.buffer.subarray(end + 4);
        this.socket.on('data', (more) => {
          this.buffer = Buffer.concat([this.buffer, more]);
          this.#parse();
        });
        this.#parse();
        resolve(this);
      };
      this.socket.on('data', read);
    });
  }

  #parse() {
    while (this.buffer.length >= 2) {
      let length = this.buffer[1] & 0x7f;
      let at = 2;
      if (length === 126) {
        if (this.buffer.length < 4) break;
        length = this.buffer.readUInt16BE(2);
        at = 4;
      } else if (length === 127) {
        if (this.buffer.length < 10) break;
        length = Number(this.buffer.readBigUInt64BE(2));
        at = 10;
      }
      if (this.buffer.length < at + length) break;
      const opcode = this.buffer[0] & 0x0f;
      const payload = Buffer.from(this.buffer.subarray(at, at + length));
      this.buffer = this.buffer.subarray(at + length);
      if (opcode === 9) this.send(payload, 10);
      else this.frames.push({ opcode, payload });
      if (opcode === 2) this.output += this.decoder.write(payload);
    }
    this.#wake();
  }

  /** Whoever waits looks once for all that came in this turn: a look may search all output. */
  #wake() {
    if (this.isWaking) return;
    this.isWaking = true;
    setImmediate(() => {
      this.isWaking = false;
      for (const waiter of this.waiters) waiter();
    });
  }

  send(payload, opcode = typeof payload === 'string' ? 1 : 2) {
    const bytes = Buffer.from(payload);
    const mask = randomBytes(4);
    const length = bytes.length < 126
      ? Buffer.from([0x80 | bytes.length])
      : bytes.length < 65536
        ? Buffer.from([0x80 | 126, bytes.length >> 8, bytes.length & 0xff])
        : Buffer.concat([Buffer.from([0x80 | 127]), (() => {
            const size = Buffer.alloc(8);
            size.writeBigUInt64BE(BigInt(bytes.length));
            return size;
          })()]);
    for (let i = 0; i < bytes.length; ++i) bytes[i] ^= mask[i & 3];
    this.socket.write(Buffer.concat([Buffer.from([0x80 | opcode]), length, mask, bytes]));
  }

  json(message) {
    this.send(JSON.stringify(message));
  }

  /** Text frames so far, decoded. */
  get messages() {
    return this.frames.filter((frame) => frame.opcode === 1).map((frame) => JSON.parse(frame.payload));
  }

  get outputBytes() {
    return this.frames.filter((f) => f.opcode === 2).reduce((sum, f) => sum + f.payload.length, 0);
  }

  get closeCode() {
    const frame = this.frames.find((f) => f.opcode === 8);
    return frame && frame.payload.length >= 2 ? frame.payload.readUInt16BE(0) : undefined;
  }

  /** Resolves with what `look` gives once that is truthy. */
  until(look, what = String(look), timeoutMs = 20_000) {
    return new Promise((resolve, reject) => {
      const check = () => {
        const value = look(this);
        if (value) finish(resolve, value);
        else if (this.isClosed) fail('closed');
      };
      const finish = (end, value) => {
        clearTimeout(timer);
        this.waiters.delete(check);
        end(value);
      };
      const fail = (why) => finish(reject, new Error(
        `${why} while waiting for ${what}; messages ${JSON.stringify(this.messages)} output ${this.output.slice(-500)}`));
      const timer = setTimeout(() => fail('timed out'), timeoutMs);
      this.waiters.add(check);
      check();
    });
  }

  pause() {
    this.socket.pause();
  }

  destroy() {
    this.socket.destroy();
  }
}
