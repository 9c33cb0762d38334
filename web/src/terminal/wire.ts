// SPDX-License-Identifier: MIT
// `capstan.terminal.v1`: decoding of control messages, and the words for why a terminal ended.

import { sentence } from '../base/format';

export const subprotocol = 'capstan.terminal.v1';

export type Control =
    | { type: 'state'; state: 'waiting' | 'connected' | 'held' | 'reconnecting' | 'ended'; text: string; until: string; reason: string }
    | { type: 'session'; id: string; offset: number; gap: boolean }
    | { type: 'role'; role: 'writer' | 'observer' }
    | { type: 'exit'; code: number | null; signal: number | null };

const states = ['waiting', 'connected', 'held', 'reconnecting', 'ended'];
const text = (value: unknown): string => typeof value === 'string' ? value : '';
const number = (value: unknown): number | null => typeof value === 'number' && Number.isFinite(value) ? value : null;

/// Any text gives a message or null; unknown ones are ignored, so that the coordinator may say more.
export function decodeControl(frame: string): Control | null {
    let fields: Record<string, unknown>;
    try {
        const value: unknown = JSON.parse(frame);
        if (typeof value !== 'object' || value === null) {
            return null;
        }
        fields = value as Record<string, unknown>;
    } catch {
        return null;
    }
    const { type } = fields;
    if (type === 'state' && states.includes(text(fields['state']))) {
        return {
            type, state: fields['state'] as 'waiting', text: text(fields['text']), until: text(fields['until']), reason: text(fields['reason']),
        };
    }
    if (type === 'session' && /^[\w-]{8,128}$/.test(text(fields['id']))) {
        return { type, id: text(fields['id']), offset: Math.max(0, number(fields['offset']) ?? 0), gap: fields['gap'] === true };
    }
    if (type === 'role' && ['writer', 'observer'].includes(text(fields['role']))) {
        return { type, role: fields['role'] as 'writer' };
    }
    if (type === 'exit') {
        return { type, code: number(fields['code']), signal: number(fields['signal']) };
    }
    return null;
}

const reasons: Record<string, string> = {
    'closed': 'You closed it; its processes have ended.',
    'shell exited': 'The shell has ended.',
    'job finished': 'The job has finished.',
    'job canceled': 'The job was canceled.',
    'hold expired': 'The time for which the job was held is over.',
    'grace expired': 'The connection was lost for too long.',
    'runner lost': 'The runner was lost.',
    'runner refused': 'The runner opened no shell.',
    'idle': 'Nobody used it for too long.',
    'time limit': 'The time that a terminal may last is over.',
    'right withdrawn': 'You may no longer use this terminal.',
    'shutting down': 'The coordinator was stopped.',
};

/// The reason as a sentence; what the coordinator adds to it follows.
export function endWords(reason: string, added = ''): string {
    const words = Object.hasOwn(reasons, reason) ? reasons[reason]! : sentence(reason);
    if (!added) {
        return words;
    }
    return reason === 'runner refused' ? `${words.replace(/\.$/, ':')} ${added.replace(/\.?$/, '.')}` : `${words} ${sentence(added)}`.trim();
}
