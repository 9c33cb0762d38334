// SPDX-License-Identifier: MIT
import { now } from '../base/clock';
import { countdown } from '../base/format';
import { Button } from '../parts/controls';
import type { TerminalState, TerminalView } from './session';

const words: Record<TerminalState, string> = {
    connecting: 'Connecting', waiting: 'Waiting for the runner', connected: 'Connected', held: 'Held', reconnecting: 'Reconnecting', ended: 'Ended',
};

/// The state in a word, with what is left of its time.
export function TerminalWord({ view }: { view: TerminalView }) {
    const time = view.state === 'held' && view.until ? countdown(Date.parse(view.until), now.value) : '';
    const word = view.watching && view.state === 'connected' ? 'Watching' : words[view.state];
    return (
        <span class={`terminal-state ${view.state}${view.watching ? ' watching' : ''}`} role="status" aria-live="polite" data-testid="terminal-state" data-state={view.state} data-role={view.watching ? 'observer' : 'writer'}>
            <i aria-hidden="true" />{word}{time && <b class="num" aria-hidden="true">{time}</b>}
        </span>
    );
}

/// Keys do nothing here: why, and what to do about it.
export function Watching({ take }: { take: () => void }) {
    return (
        <div class="terminal-watching" role="status" data-testid="terminal-watching">
            <span>You are watching: the keys of another tab go to this shell.</span>
            <Button label="Type here instead" testid="terminal-take" onPress={take} />
        </div>
    );
}

interface OverlayProps {
    view: TerminalView;
    retry: () => void;
    again: () => void;
    canReopen: boolean;
}

/// Over the screen while it does not answer, so that nobody types into a void.
export function TerminalOverlay({ view, retry, again, canReopen }: OverlayProps) {
    if (view.state === 'connected' || view.state === 'held') {
        return null;
    }
    const seconds = Math.max(0, Math.ceil((view.retryAt - now.value) / 1000));
    return (
        <div class={`terminal-overlay ${view.state}`} data-testid="terminal-overlay">
            <div>
                <strong>{words[view.state]}</strong>
                {view.text && <p>{view.text}</p>}
                {view.state === 'waiting' && !view.text && <p>It was asked to open a shell.</p>}
                {view.retryAt > 0 && <p class="num">Next attempt in {seconds} s</p>}
                {view.retryAt > 0 && <button type="button" class="button" onClick={retry}>Try now</button>}
                {view.state === 'ended' && canReopen && <button type="button" class="button" data-testid="terminal-again" onClick={again}>Open a new one</button>}
            </div>
        </div>
    );
}
