// SPDX-License-Identifier: MIT
// Numbers as a person reads them. Pure: the time now is a parameter.

export function duration(seconds: number | null | undefined): string {
    if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) {
        return '–';
    }
    if (seconds < 9.95) {
        return `${Math.max(0, seconds).toFixed(1)} s`;
    }
    const whole = Math.round(seconds);
    const pad = (value: number) => String(value).padStart(2, '0');
    if (whole < 60) {
        return `${whole} s`;
    }
    if (whole < 3600) {
        return `${Math.floor(whole / 60)}:${pad(whole % 60)}`;
    }
    return `${Math.floor(whole / 3600)}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
}

/// Rounded down: the clock of the page lags by up to a second, and must not show more than the limit.
export function countdown(untilMs: number, nowMs: number): string {
    const whole = Math.max(0, Math.floor((untilMs - nowMs) / 1000));
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

export function bytes(size: number): string {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    let value = size;
    let unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
        value /= 1024;
        unit += 1;
    }
    return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

const steps: { limit: number; size: number; word: string }[] = [
    { limit: 3600, size: 60, word: 'min' },
    { limit: 86400, size: 3600, word: 'h' },
    { limit: 30 * 86400, size: 86400, word: 'd' },
    { limit: 365 * 86400, size: 30 * 86400, word: 'mo' },
];

// Who waits for something of this half day wants the minutes, too: "in 2 h" is not to be 2 h 58 min.
const soonS = 12 * 3600;

export function ago(iso: string | null | undefined, nowMs: number): string {
    if (!iso) {
        return 'never';
    }
    const seconds = (nowMs - Date.parse(iso)) / 1000;
    if (!Number.isFinite(seconds)) {
        return 'never';
    }
    if (seconds <= -3600 && seconds > -soonS) {
        const minutes = Math.floor(-seconds / 60);
        return `in ${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ''}`;
    }
    if (seconds < -5) {
        return `in ${ago(new Date(nowMs).toISOString(), Date.parse(iso)).replace(' ago', '')}`;
    }
    if (seconds < 60) {
        return seconds < 5 ? 'just now' : `${Math.floor(seconds)} s ago`;
    }
    const step = steps.find(({ limit }) => seconds < limit);
    return step ? `${Math.floor(seconds / step.size)} ${step.word} ago` : `${Math.floor(seconds / (365 * 86400))} y ago`;
}

function local(iso: string | null | undefined, timeStyle: 'short' | 'medium'): string {
    const date = new Date(iso ?? '');
    return Number.isNaN(date.getTime()) ? '' : date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle });
}

export const moment = (iso: string | null | undefined): string => local(iso, 'medium');
/// To the minute: for what is planned by the minute.
export const minute = (iso: string | null | undefined): string => local(iso, 'short');

export function count(value: number, one: string, many = `${one}s`): string {
    return `${value.toLocaleString('en')} ${value === 1 ? one : many}`;
}

/// Text of a stranger for a title or a label: one line, no control and no direction-changing
/// characters, bounded.
export function plainText(text: string, limit = 120): string {
    const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, ' ')
        .replace(/\s+/g, ' ').trim();
    return clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean;
}

/// A clause of the coordinator as a sentence.
export function sentence(text: string): string {
    return text && `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

export function shortRef(sha: string): string {
    return sha.slice(0, 8);
}
