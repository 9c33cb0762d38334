// SPDX-License-Identifier: MIT
// `/-/live` of the mock: answers subscriptions, and lets running jobs write a line now and then.
import { jobs, logs } from './fixtures.mjs';
import { accept } from './websocket.mjs';

const viewers = new Set();

export function publish(topic, entity, data) {
    for (const viewer of viewers) {
        if (viewer.topics.has(topic)) {
            viewer.socket.json({ type: 'changed', topic, entity, id: data.id, data });
        }
    }
}

function pump(viewer) {
    for (const [job, trace] of viewer.traces) {
        const log = logs.get(job) ?? Buffer.alloc(0);
        const piece = log.subarray(trace.offset, trace.offset + Math.min(trace.credit, 65536));
        if (piece.length > 0) {
            viewer.socket.json({ type: 'trace', job, offset: trace.offset, size: log.length, data: piece.toString('base64') });
            trace.offset += piece.length;
            trace.credit -= piece.length;
        }
    }
}

export function openLive(request, socket) {
    const viewer = { topics: new Set(), traces: new Map(), socket: null };
    viewer.socket = accept(request, socket, {
        onMessage(text) {
            const message = JSON.parse(text);
            if (message.type === 'subscribe') {
                viewer.topics.add(message.topic);
                viewer.socket.json({ type: 'subscribed', topic: message.topic });
            } else if (message.type === 'unsubscribe') {
                viewer.topics.delete(message.topic);
            } else if (message.type === 'trace') {
                viewer.traces.set(message.job, { offset: message.offset, credit: 1 << 20 });
                pump(viewer);
            } else if (message.type === 'trace_credit') {
                const trace = viewer.traces.get(message.job);
                if (trace) {
                    trace.credit += message.bytes;
                    pump(viewer);
                }
            } else if (message.type === 'trace_stop') {
                viewer.traces.delete(message.job);
            }
        },
        onClose: () => viewers.delete(viewer),
    });
    viewers.add(viewer);
}

/// Ends every live socket, as a restart of the coordinator does.
export function dropLive() {
    viewers.forEach(({ socket }) => socket.drop());
}

let beat = 0;
export function startWriting() {
    setInterval(() => {
        beat += 1;
        for (const job of jobs.filter(({ status, hold }) => status === 'running' && !hold)) {
            const stamp = new Date().toISOString().replace('Z', '000Z');
            logs.set(job.id, Buffer.concat([logs.get(job.id), Buffer.from(`${stamp} 01O still working, beat ${beat}\n`)]));
        }
        viewers.forEach(pump);
    }, 1000).unref();
}
