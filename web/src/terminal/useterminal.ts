// SPDX-License-Identifier: MIT
// A screen and its session, tied together for as long as a component shows them.
import { useEffect, useRef, useState } from 'preact/hooks';
import { plainText } from '../base/format';
import { terminalFont, terminalReader } from '../base/preferences';
import { leaveQuestion } from '../base/router';
import { XtermScreen } from './screen';
import { TerminalSession, type TerminalView } from './session';
import { browserWorld, recall, remember } from './world';

export interface OpenTerminal {
    screen: XtermScreen;
    session: TerminalSession;
}

export interface TerminalNews {
    view: (view: TerminalView) => void;
    title: (text: string) => void;
    bell: () => void;
    size: (text: string) => void;
    /// What the reader typed.
    typed: (text: string) => void;
    /// Ctrl+Shift with a key; the codes of the keys that are taken.
    chords: Record<string, () => void>;
}

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0) & 0xff);

function wire({ screen, session }: OpenTerminal, news: TerminalNews): void {
    const { terminal } = screen;
    terminal.onData(news.typed);
    terminal.onBinary((text) => session.send(latin1(text)));
    terminal.onTitleChange((text) => news.title(plainText(text, 80)));
    terminal.onBell(news.bell);
    terminal.onResize(({ cols, rows }) => {
        session.resize({ columns: cols, rows });
        news.size(`${cols} × ${rows}`);
    });
    terminal.attachCustomKeyEventHandler((event) => {
        const withBoth = event.ctrlKey && event.shiftKey && !event.altKey;
        const chord = withBoth ? news.chords[event.code] : undefined;
        if (chord && event.type === 'keydown') {
            event.preventDefault();
            chord();
        }
        // Ctrl+Shift+V becomes the browser's own paste event, which needs no permission.
        return !chord && !(withBoth && event.code === 'KeyV');
    });
}

function open(place: HTMLElement, project: number, job: number, news: TerminalNews): OpenTerminal {
    const screen = new XtermScreen();
    screen.open(place);
    screen.fit();
    const url = `${location.origin.replace(/^http/, 'ws')}/api/v4/projects/${project}/jobs/${job}/terminal`;
    const session = new TerminalSession(url, browserWorld(project, job), screen, news.view);
    const opened = { screen, session };
    wire(opened, news);
    session.start(recall(job));
    return opened;
}

interface Where {
    place: { current: HTMLElement | null };
    project: number;
    job: number;
    /// Another number is another session.
    round: number;
}

/// Going away leaves the session to its grace time; only Disconnect ends it.
export function useTerminal({ place, project, job, round }: Where, news: TerminalNews): { current: OpenTerminal | null } {
    const current = useRef<OpenTerminal | null>(null);
    useEffect(() => {
        const opened = open(place.current!, project, job, news);
        const { screen, session } = opened;
        current.current = opened;
        const save = () => remember(job, session.remembered());
        const observer = new ResizeObserver(() => screen.fit());
        observer.observe(place.current!);
        window.addEventListener('pagehide', save);
        document.addEventListener('visibilitychange', save);
        screen.terminal.focus();
        return () => {
            window.removeEventListener('pagehide', save);
            document.removeEventListener('visibilitychange', save);
            observer.disconnect();
            save();
            session.leave();
            screen.dispose();
            current.current = null;
        };
    }, [project, job, round]);
    useEffect(() => current.current?.screen.setFont(terminalFont.value), [terminalFont.value]);
    useEffect(() => current.current?.screen.setReader(terminalReader.value), [terminalReader.value, round]);
    return current;
}

/// Leaving the page while a shell runs asks first.
export function useLeaveQuestion(alive: boolean): void {
    useEffect(() => {
        leaveQuestion.value = alive ? 'A terminal is open. Leave the page? The shell is kept for a minute.' : '';
        return () => { leaveQuestion.value = ''; };
    }, [alive]);
}

/// A value that goes back by itself.
export function useMomentary<T>(rest: T, ms: number): [T, (value: T) => void] {
    const [value, setValue] = useState(rest);
    const timer = useRef(0);
    useEffect(() => () => window.clearTimeout(timer.current), []);
    const set = (next: T) => {
        setValue(() => next);
        window.clearTimeout(timer.current);
        timer.current = window.setTimeout(() => setValue(() => rest), ms);
    };
    return [value, set];
}
