// SPDX-License-Identifier: MIT
// A terminal with its bar, its overlay and its key bar; on its own page or under the log.
import { useSignal } from '@preact/signals';
import { useRef, useState } from 'preact/hooks';
import type { Job } from '../base/types';
import { copyText } from '../parts/copy';
import { toastError } from '../parts/toast';
import { KeyBar, modified } from './keybar';
import { askAndPaste, pasteFromClipboard } from './pasting';
import type { TerminalView } from './session';
import { TerminalOverlay, Watching } from './statewords';
import { TerminalTools } from './tools';
import { useLeaveQuestion, useMomentary, useTerminal, type OpenTerminal } from './useterminal';

export interface TerminalPanelProps {
    project: number;
    job: Job;
    path: string;
    docked?: boolean;
    onClose?: () => void;
}

const encoder = new TextEncoder();

function toggleFull(frame: HTMLElement | null): void {
    const done = document.fullscreenElement ? document.exitFullscreen() : frame?.requestFullscreen();
    done?.catch(toastError);
}

function paste(open: OpenTerminal | null, text: string): void {
    if (open) {
        const { terminal } = open.screen;
        askAndPaste(text, (clean) => terminal.paste(clean)).then(() => terminal.focus(), toastError);
    }
}

function copySelection(open: OpenTerminal | null): void {
    const text = open?.screen.terminal.getSelection();
    if (text) {
        copyText(text).then(() => open?.screen.terminal.focus(), toastError);
    }
}

export function TerminalPanel({ project, job, docked, onClose }: TerminalPanelProps) {
    const place = useRef<HTMLDivElement>(null);
    const frame = useRef<HTMLDivElement>(null);
    const [round, setRound] = useState(0);
    const [view, setView] = useState<TerminalView>({ state: 'connecting', text: '', until: '', retryAt: 0, watching: false });
    const [title, setTitle] = useState('');
    const [searching, setSearching] = useState(false);
    const [flash, setFlash] = useMomentary(false, 120);
    const [size, setSize] = useMomentary('', 900);
    const ctrl = useSignal(false);
    const alt = useSignal(false);
    const type = (text: string) => {
        if (open.current?.session.view.watching) {
            setFlash(true);
        }
        open.current?.session.send(encoder.encode(modified(text, ctrl.value, alt.value)));
        ctrl.value = false;
        alt.value = false;
    };
    const copy = () => copySelection(open.current);
    const readClipboard = () => void pasteFromClipboard().then((text) => paste(open.current, text), toastError);
    const leave = () => frame.current?.querySelector<HTMLElement>('.terminal-tools button')?.focus();
    const open = useTerminal({ place, project, job: job.id, round }, {
        view: setView, title: setTitle, bell: () => setFlash(true), size: setSize, typed: type,
        chords: { KeyC: copy, KeyF: () => setSearching(true), KeyL: leave, Escape: leave },
    });
    const takeOver = () => {
        open.current?.session.take();
        open.current?.screen.terminal.focus();
    };
    const alive = view.state !== 'ended';
    useLeaveQuestion(alive);
    const pasteEvent = (event: ClipboardEvent) => {
        event.preventDefault();
        event.stopPropagation();
        paste(open.current, event.clipboardData?.getData('text/plain') ?? '');
    };
    return (
        <div class={`terminal${docked ? ' docked' : ''}${flash ? ' flash' : ''}`} ref={frame} data-testid="terminal">
            <TerminalTools view={view} title={title} docked={docked} searching={searching} onSearching={setSearching} screen={() => open.current?.screen ?? null}
                onCopy={copy} onClose={onClose} onDisconnect={() => open.current?.session.close()} onFull={() => toggleFull(frame.current)} />
            {view.watching && alive && <Watching take={takeOver} />}
            <div class="terminal-frame" onPasteCapture={pasteEvent}>
                <div class="terminal-screen" ref={place} data-testid="terminal-screen" />
                {size && alive && <span class="terminal-size num" aria-hidden="true">{size}</span>}
                <TerminalOverlay view={view} canReopen={job.status === 'running' && job.terminal?.available !== false}
                    retry={() => open.current?.session.retryNow()} again={() => setRound(round + 1)} />
            </div>
            <KeyBar ctrl={ctrl} alt={alt} send={type} paste={readClipboard}
                applicationKeys={() => open.current?.screen.terminal.modes.applicationCursorKeysMode ?? false} />
        </div>
    );
}
