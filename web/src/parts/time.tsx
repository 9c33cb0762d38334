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

export function Countdown({ until }: { until: string }) {
    return <span class="num">{countdown(Date.parse(until), now.value)}</span>;
}
