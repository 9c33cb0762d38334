// SPDX-License-Identifier: MIT
// The xterm.js screen: size, colours, links, search, and what it must not do (clipboard writes,
// answers to queries that were answered before).
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import { blackGround, sixteen } from '../log/colours';
import { terminalFont, terminalReader } from '../base/preferences';
import type { Size, TerminalScreen } from './session';

const names = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;

function theme() {
    const colours = Object.fromEntries(names.flatMap((name, index) => [
        [name, sixteen[index]!], [`bright${name[0]!.toUpperCase()}${name.slice(1)}`, sixteen[index + 8]!]]));
    return {
        ...colours, black: blackGround, background: '#0f1419', foreground: '#d6dde5', cursor: '#d6dde5', cursorAccent: '#0f1419',
        selectionBackground: '#3b5bdb88', selectionInactiveBackground: '#3b5bdb55',
        scrollbarSliderBackground: '#ffffff26', scrollbarSliderHoverBackground: '#ffffff40', scrollbarSliderActiveBackground: '#ffffff59',
    };
}

function openLink(event: MouseEvent, address: string): void {
    event.preventDefault();
    if (/^https?:\/\//i.test(address)) {
        window.open(address, '_blank', 'noopener,noreferrer');
    }
}

const leaveWords = 'All keys go to the shell. Control Shift L leaves the terminal.';

const searchColours = {
    matchBackground: '#5c4a12', matchOverviewRuler: '#e3b653', activeMatchBackground: '#b58900', activeMatchColorOverviewRuler: '#f6cf73',
};

export class XtermScreen implements TerminalScreen {
    readonly terminal = new Terminal({
        allowProposedApi: true, fontSize: terminalFont.value, theme: theme(), scrollback: 10000, cursorBlink: false, tabStopWidth: 8,
        fontFamily: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace',
        lineHeight: 1.15, minimumContrastRatio: 4.5, macOptionIsMeta: true, rightClickSelectsWord: false, screenReaderMode: terminalReader.value,
        linkHandler: { activate: openLink, allowNonHttpProtocols: false },
    });
    private readonly fitter = new FitAddon();
    private readonly searcher = new SearchAddon({ highlightLimit: 500 });
    private replaying = false;

    constructor() {
        this.terminal.loadAddon(this.fitter);
        this.terminal.loadAddon(this.searcher);
        this.terminal.loadAddon(new WebLinksAddon(openLink));
        this.terminal.loadAddon(new Unicode11Addon());
        this.terminal.unicode.activeVersion = '11';
        this.refuse();
    }

    size(): Size {
        return { columns: this.terminal.cols, rows: this.terminal.rows };
    }

    write(bytes: Uint8Array, replayed: boolean, done: () => void): void {
        if (!replayed) {
            this.terminal.write(bytes, done);
            return;
        }
        // Writes are parsed in order: the empty one marks where the replayed bytes begin.
        this.terminal.write('', () => { this.replaying = true; });
        this.terminal.write(bytes, () => {
            this.replaying = false;
            done();
        });
    }

    clear(): void {
        this.terminal.reset();
    }

    fit(): void {
        const size = this.fitter.proposeDimensions();
        if (size && Number.isFinite(size.cols) && Number.isFinite(size.rows)) {
            this.terminal.resize(Math.min(1000, Math.max(2, size.cols)), Math.min(1000, Math.max(1, size.rows)));
        }
    }

    setFont(size: number): void {
        this.terminal.options.fontSize = size;
        this.fit();
    }

    setReader(on: boolean): void {
        this.terminal.options.screenReaderMode = on;
    }

    /// Tab and all other keys belong to the shell: how to get out is said where the keys are taken.
    open(place: HTMLElement): void {
        this.terminal.open(place);
        this.terminal.textarea?.setAttribute('aria-description', leaveWords);
    }

    find(text: string, step: 1 | -1, incremental: boolean): void {
        const options = { incremental, decorations: searchColours };
        if (!text) {
            this.searcher.clearDecorations();
        } else if (step > 0) {
            this.searcher.findNext(text, options);
        } else {
            this.searcher.findPrevious(text, options);
        }
    }

    onResults(show: (text: string) => void): void {
        this.searcher.onDidChangeResults(({ resultIndex, resultCount }) => {
            show(resultCount === 0 ? 'none' : resultIndex < 0 ? `${resultCount}` : `${resultIndex + 1} of ${resultCount}`);
        });
    }

    dispose(): void {
        this.terminal.dispose();
    }

    /// A handler that says true takes the sequence away from xterm.js. OSC 52 is always taken: output
    /// never touches the clipboard. Queries are taken while old output is replayed: their answers
    /// would land at the prompt a second time.
    private refuse(): void {
        const { parser } = this.terminal;
        const old = () => this.replaying;
        parser.registerOscHandler(52, () => true);
        for (const id of [{ final: 'c' }, { prefix: '>', final: 'c' }, { prefix: '=', final: 'c' }, { final: 'n' }, { prefix: '?', final: 'n' },
            { prefix: '>', final: 'q' }, { intermediates: '$', final: 'p' }, { prefix: '?', intermediates: '$', final: 'p' }, { final: 't' }, { prefix: '?', final: 'u' }]) {
            parser.registerCsiHandler(id, old);
        }
        for (const code of [4, 10, 11, 12]) {
            parser.registerOscHandler(code, (data) => this.replaying && data.includes('?'));
        }
        for (const id of [{ intermediates: '$', final: 'q' }, { intermediates: '+', final: 'q' }]) {
            parser.registerDcsHandler(id, old);
        }
    }
}
