// SPDX-License-Identifier: MIT
// A state by shape and word, never by colour alone.
import type { ComponentChildren } from 'preact';
import { lookTone, lookWord, type Look } from '../base/states';

const ring = <circle cx="8" cy="8" r="6.25" />;
const disc = <circle cx="8" cy="8" r="7" fill="currentColor" stroke="none" />;
const hands = <path d="M8 4.500V8l2.3 1.6" />;

const shapes: Record<Look, ComponentChildren> = {
    success: <>{ring}<path d="M5.2 8.200l2 2 3.6-4" /></>,
    failed: <>{disc}<path d="M5.6 5.600l4.8 4.800M10.4 5.600l-4.8 4.8" class="cut" /></>,
    running: <><circle cx="8" cy="8" r="6.25" class="track" /><path d="M8 1.750A6.25 6.25 0 0 1 14.25 8" class="turning" /></>,
    canceling: <><path d="M8 1.750A6.25 6.25 0 0 1 14.25 8" class="turning" /><path d="M5.8 5.800h4.400v4.400H5.800z" fill="currentColor" stroke="none" /></>,
    pending: <>{ring}{hands}</>,
    preparing: <>{ring}<path d="M5 8h.100M8 8h.100M11 8h.1" stroke-width="1.8" /></>,
    waiting_for_resource: <path d="M4 2.500h8M4 13.500h8M5 2.500c0 3 6 4 6 11M11 2.500c0 3-6 4-6 11" />,
    scheduled: <><circle cx="8" cy="8" r="6.25" stroke-dasharray="1.1 2.827" />{hands}</>,
    warning: <><path d="M8 2L14.5 13.500H1.500z" /><path d="M8 6.300v3.200M8 11.400v.1" /></>,
    manual: <>{ring}<path d="M6.5 5.400v5.200L10.7 8z" fill="currentColor" stroke="none" /></>,
    skipped: <>{ring}<path d="M5.3 5.800L7.5 8l-2.2 2.200M8.5 5.800L10.7 8l-2.2 2.2" /></>,
    canceled: <>{ring}<path d="M3.8 12.200l8.4-8.4" /></>,
    created: <circle cx="8" cy="8" r="6.25" stroke-dasharray="1.1 2.827" />,
    held: <><rect x="1.25" y="2.25" width="13.5" height="11.5" rx="2" fill="currentColor" stroke="none" /><path d="M4.2 5.800L6.4 8l-2.2 2.200M8 10.400h3.6" class="cut" /></>,
    unknown: <>{ring}<path d="M8 11v.100M6.4 6.500a1.6 1.6 0 1 1 1.6 2v.5" /></>,
};

export function StateIcon({ look, size = 16 }: { look: Look; size?: number }) {
    return (
        <svg class={`icon state-icon tone-${lookTone(look)}`} viewBox="0 0 16 16" width={size} height={size} aria-hidden="true">
            {shapes[look]}
        </svg>
    );
}

interface StateBadgeProps {
    look: Look;
    /// Where the thing has words of its own for the state.
    word?: string;
    announce?: boolean;
    testid?: string;
}

/// Icon and word. `announce` for the one state a page is about: a screen reader says its changes.
export function StateBadge({ look, word, announce, testid = 'state' }: StateBadgeProps) {
    return (
        <span class={`badge tone-${lookTone(look)}`} data-testid={testid} data-state={look}
            role={announce ? 'status' : undefined} aria-live={announce ? 'polite' : undefined}>
            <StateIcon look={look} />
            <span>{word ?? lookWord(look)}</span>
        </span>
    );
}
