// SPDX-License-Identifier: MIT
// Decoding of `capstan.live.v1`: any text gives a message or null.

export interface Change {
    topic: string;
    entity: 'job' | 'pipeline' | 'project' | 'runner';
    id: number;
    data: Record<string, unknown>;
}

export type LiveMessage =
    | { type: 'subscribed'; topic: string }
    | { type: 'refused'; topic: string; reason: string }
    | ({ type: 'changed' } & Change)
    | { type: 'trace'; job: number; offset: number; size: number; data: Uint8Array }
    | { type: 'trace_reset'; job: number }
    | { type: 'trace_end'; job: number; size: number }
    | { type: 'trace_refused'; job: number; reason: string }
    | { type: 'resync'; topic: string }
    | { type: 'bye'; reason: string };

type Fields = Record<string, unknown>;

const text = (value: unknown): string => typeof value === 'string' ? value : '';
const number = (value: unknown): number => typeof value === 'number' && Number.isFinite(value) ? value : 0;
const entities = ['job', 'pipeline', 'project', 'runner'];

export function base64Bytes(encoded: string): Uint8Array {
    const binary = atob(encoded);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i += 1) {
        bytes[i] = binary.charCodeAt(i);
    }
    return bytes;
}

function change(fields: Fields): LiveMessage | null {
    const data = fields['data'];
    if (!entities.includes(text(fields['entity'])) || typeof data !== 'object' || data === null) {
        return null;
    }
    return {
        type: 'changed', topic: text(fields['topic']), entity: fields['entity'] as Change['entity'],
        id: number(fields['id']), data: data as Fields,
    };
}

const decoders: Record<string, (fields: Fields) => LiveMessage | null> = {
    subscribed: (f) => ({ type: 'subscribed', topic: text(f['topic']) }),
    refused: (f) => ({ type: 'refused', topic: text(f['topic']), reason: text(f['reason']) }),
    changed: change,
    trace: (f) => ({
        type: 'trace', job: number(f['job']), offset: number(f['offset']), size: number(f['size']),
        data: base64Bytes(text(f['data'])),
    }),
    trace_reset: (f) => ({ type: 'trace_reset', job: number(f['job']) }),
    trace_end: (f) => ({ type: 'trace_end', job: number(f['job']), size: number(f['size']) }),
    trace_refused: (f) => ({ type: 'trace_refused', job: number(f['job']), reason: text(f['reason']) }),
    resync: (f) => ({ type: 'resync', topic: text(f['topic']) }),
    bye: (f) => ({ type: 'bye', reason: text(f['reason']) }),
};

export function decodeLive(frame: unknown): LiveMessage | null {
    if (typeof frame !== 'string') {
        return null;
    }
    try {
        const fields: unknown = JSON.parse(frame);
        if (typeof fields !== 'object' || fields === null) {
            return null;
        }
        const type = text((fields as Fields)['type']);
        return Object.hasOwn(decoders, type) ? decoders[type]!(fields as Fields) : null;
    } catch {
        return null;
    }
}
