// SPDX-License-Identifier: MIT
import { useEffect, useRef, useState } from 'preact/hooks';
import { terminalFont, terminalReader } from '../base/preferences';
import { Button } from '../parts/controls';
import { Icon } from '../parts/icons';
import type { XtermScreen } from './screen';
import type { TerminalView } from './session';
import { TerminalWord } from './statewords';

interface ToolsProps {
    view: TerminalView;
    title: string;
    docked?: boolean;
    searching: boolean;
    onSearching: (on: boolean) => void;
    screen: () => XtermScreen | null;
    onCopy: () => void;
    onDisconnect: () => void;
    onFull: () => void;
    onClose?: () => void;
}

const smallestFont = 9;
const largestFont = 28;

function Search({ screen, onEnd }: { screen: () => XtermScreen | null; onEnd: () => void }) {
    const [text, setText] = useState('');
    const [result, setResult] = useState('');
    const input = useRef<HTMLInputElement>(null);
    useEffect(() => {
        screen()?.onResults(setResult);
        input.current?.focus();
        return () => screen()?.find('', 1, false);
    }, []);
    const key = (event: KeyboardEvent) => {
        if (event.key === 'Enter') {
            event.preventDefault();
            screen()?.find(text, event.shiftKey ? 1 : -1, false);
        } else if (event.key === 'Escape') {
            onEnd();
            screen()?.terminal.focus();
        }
    };
    return (
        <div class="log-search" role="search">
            <Icon name="search" size={14} />
            <input type="search" aria-label="Search in the terminal" placeholder="Search" value={text} data-testid="terminal-search-text" onKeyDown={key}
                ref={input}
                onInput={(event) => {
                    setText(event.currentTarget.value);
                    screen()?.find(event.currentTarget.value, -1, true);
                }} />
            <output class="log-count num">{text && result}</output>
            <Button label="Older" icon="up" kind="ghost" bare onPress={() => screen()?.find(text, -1, false)} />
            <Button label="Newer" icon="down" kind="ghost" bare onPress={() => screen()?.find(text, 1, false)} />
        </div>
    );
}

export function TerminalTools(props: ToolsProps) {
    const { view, title, docked, searching, onSearching, screen } = props;
    const font = (step: number) => {
        terminalFont.value = Math.min(largestFont, Math.max(smallestFont, terminalFont.value + step));
    };
    return (
        <div class="terminal-tools" role="toolbar" aria-label="Terminal">
            <TerminalWord view={view} />
            <span class="terminal-title" data-testid="terminal-title">{title}</span>
            {searching && <Search screen={screen} onEnd={() => onSearching(false)} />}
            <Button label="Search (Ctrl+Shift+F)" icon="search" kind="ghost" bare pressed={searching} testid="terminal-search" onPress={() => onSearching(!searching)} />
            <Button label="Copy (Ctrl+Shift+C)" icon="copy" kind="ghost" bare testid="terminal-copy" onPress={props.onCopy} />
            <span class="wide-only"><Button label="Smaller text" icon="minus" kind="ghost" bare testid="terminal-smaller" onPress={() => font(-1)} /></span>
            <span class="wide-only"><Button label="Larger text" icon="plus" kind="ghost" bare testid="terminal-larger" onPress={() => font(1)} /></span>
            <span class="wide-only"><Button label="For screen readers" icon="reader" kind="ghost" bare pressed={terminalReader.value} testid="terminal-reader" onPress={() => { terminalReader.value = !terminalReader.value; }} /></span>
            <Button label="Full screen" icon="full" kind="ghost" bare testid="terminal-full" onPress={props.onFull} />
            {view.state !== 'ended' && <Button label={view.watching ? 'Stop watching' : 'Disconnect'} kind={view.watching ? 'ghost' : 'danger'} testid="terminal-disconnect" title={view.watching ? 'The shell goes on' : 'Ends the shell and all its processes'} onPress={props.onDisconnect} />}
            {view.state === 'ended' && docked && <Button label="Close" icon="close" kind="ghost" testid="terminal-close" onPress={props.onClose} />}
        </div>
    );
}
