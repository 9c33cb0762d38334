// SPDX-License-Identifier: MIT
// As much of RFC 6455 as the mock needs: the server's side, whole messages, no extensions.
import { createHash } from 'node:crypto';

const magic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

function frame(opcode, payload) {
    const length = payload.length;
    const head = length < 126 ? Buffer.from([0x80 | opcode, length])
        : length < 65536 ? Buffer.from([0x80 | opcode, 126, length >> 8, length & 255])
            : Buffer.concat([Buffer.from([0x80 | opcode, 127, 0, 0, 0, 0]), Buffer.from([length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255])]);
    return Buffer.concat([head, payload]);
}

/// Answers the upgrade; `onMessage` gets strings and Buffers.
export function accept(request, socket, { onMessage, onClose }) {
    const key = createHash('sha1').update(request.headers['sec-websocket-key'] + magic).digest('base64');
    const protocol = (request.headers['sec-websocket-protocol'] ?? '').split(',')[0].trim();
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n`
        + (protocol ? `Sec-WebSocket-Protocol: ${protocol}\r\n` : '') + '\r\n');
    socket.setNoDelay(true);
    let buffer = Buffer.alloc(0);
    let parts = [];
    let kind = 0;
    socket.on('data', (data) => {
        buffer = Buffer.concat([buffer, data]);
        for (let used = take(buffer); used > 0; used = take(buffer)) {
            buffer = buffer.subarray(used);
        }
    });
    socket.on('close', onClose);
    socket.on('error', () => socket.destroy());

    function take(bytes) {
        if (bytes.length < 6) {
            return 0;
        }
        const short = bytes[1] & 127;
        const at = short === 126 ? 4 : short === 127 ? 10 : 2;
        const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
        if (bytes.length < at + 4 + length) {
            return 0;
        }
        const payload = Buffer.from(bytes.subarray(at + 4, at + 4 + length));
        for (let i = 0; i < length; i += 1) {
            payload[i] ^= bytes[at + (i & 3)];
        }
        receive(bytes[0] & 15, Boolean(bytes[0] & 128), payload);
        return at + 4 + length;
    }

    function receive(opcode, last, payload) {
        if (opcode === 8) {
            socket.end(frame(8, payload));
        } else if (opcode === 9) {
            socket.write(frame(10, payload));
        } else if (opcode < 3) {
            kind = opcode || kind;
            parts.push(payload);
            if (last) {
                const whole = Buffer.concat(parts);
                parts = [];
                onMessage(kind === 1 ? whole.toString() : whole);
            }
        }
    }

    return {
        send: (message) => socket.writable && socket.write(typeof message === 'string' ? frame(1, Buffer.from(message)) : frame(2, message)),
        json(message) { this.send(JSON.stringify(message)); },
        close: (code) => socket.writable && socket.end(frame(8, Buffer.from([code >> 8, code & 255]))),
        drop: () => socket.destroy(),
    };
}
