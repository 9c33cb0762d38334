// SPDX-License-Identifier: MIT
import { now } from '../base/clock';
import { ago, countdown, duration, minute, moment } from '../base/format';

export function Ago({ at }: { at: string | null | undefined }) {
    return <time dateTime={at ?? undefined} title={moment(at)}>{ago(at, now.value)}</time>;
}

/// In the reader's own time zone.
export function Moment({ at }: { at: string | null | undefined }) {
    return <time dateTime={at ?? undefined} title={at ?? undefined}>{minute(at)}</time>;
}

interface TickingProps {
    started: string | null | undefined;
    finished: string | null | undefined;
    seconds: number | null | undefined;
}

/// How long something took, or has been taking so far.
export function Ticking({ started, finished, seconds }: TickingProps) {
    if (started) {
        const end = finished ? Date.parse(finished) : now.value;
        return <span class="num">{duration(Math.max(0, (end - Date.parse(started)) / 1000))}</span>;
    }
    return <span class="num">{duration(seconds)}</span>;
}

interface CountdownProps {
    until: string;
    /// Before what is left, and before the time of day that a screen reader is told instead: it would
    /// say each second.
    lead?: string;
    readLead?: string;
}

export function Countdown({ until, lead = '', readLead = 'until' }: CountdownProps) {
    const time = new Date(until).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
    return <><span class="num" aria-hidden="true">{lead}{countdown(Date.parse(until), now.value)}</span><span class="off-screen">{readLead} {time}</span></>;
}
