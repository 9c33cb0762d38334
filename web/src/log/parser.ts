// SPDX-License-Identifier: MIT
// Bytes of a job's log → lines. Total: any bytes, cut anywhere, give lines; nothing of them is ever
// markup. Colours and carriage returns count, every other control sequence is dropped.
import { longestLine, OpenLine } from './line';
import { lineKind, type LineKind } from './linekind';
import { markerAtEnd, mayBecomeMarker, SectionTree, type Section } from './sections';
import { Sequence } from './sequence';
import { applySgr, plainStyle, type Style } from './style';

export interface LogLine {
    text: string;
    runs: number[] | null;
    time: number;
    kind: LineKind;
}

export interface LogUpdate {
    /// Lines behind those already given.
    added: LogLine[];
    /// Lines given before that are different now.
    changed: { index: number; line: LogLine }[];
    sections: Section[];
}

enum Mode { Prefix, Ground, Sequence }

/// FF_TIMESTAMPS: time, stream number, O or E, and a blank (new line) or + (more of the last one).
const prefixPattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})\d{3}Z ([0-9a-f]{2}[EO])([ +])$/;
const prefixShape = '0000-00-00T00:00:00.000000Z hhoc';
const prefixKinds: Record<string, RegExp> = { 0: /\d/, h: /[0-9a-f]/, o: /[EO]/, c: /[ +]/ };
const special = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

interface Stream {
    line: OpenLine;
    style: Style;
}

export class LogParser {
    readonly sections = new SectionTree();
    lineCount = 0;
    private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    private readonly streams = new Map<string, Stream>();
    /// Of lines without a prefix.
    private readonly plain = this.streamOf('');
    private stream = this.plain;
    private readonly sequence = new Sequence();
    private mode = Mode.Prefix;
    private pending = '';
    /// A prefix may stand behind a carriage return, too: then a missing one begins no line.
    private afterReturn = false;
    private readonly touched = new Set<OpenLine>();
    private given = 0;

    feed(bytes: Uint8Array): void {
        this.read(this.decoder.decode(bytes, { stream: true }));
    }

    /// Nothing more comes: what was held back is shown.
    finish(): void {
        this.read(this.decoder.decode());
        if (this.mode === Mode.Prefix && this.pending) {
            this.endPrefix();
        }
        for (const { line } of this.streams.values()) {
            if (line.text) {
                this.place(line);
            }
        }
    }

    take(): LogUpdate {
        for (const { line } of this.streams.values()) {
            if (line.text && line.index < 0 && !mayBecomeMarker(line.text)) {
                this.place(line);
            }
        }
        const lines = [...this.touched].filter(({ index }) => index >= 0).sort((a, b) => a.index - b.index);
        this.touched.clear();
        const added = lines.filter(({ index }) => index >= this.given).map(finished);
        const changed = lines.filter(({ index }) => index < this.given).map((line) => ({ index: line.index, line: finished(line) }));
        this.given = this.lineCount;
        return { added, changed, sections: this.sections.takeChanged() };
    }

    private streamOf(name: string): Stream {
        let stream = this.streams.get(name);
        if (!stream) {
            stream = { line: new OpenLine(), style: plainStyle };
            this.streams.set(name, stream);
        }
        return stream;
    }

    private place(line: OpenLine): void {
        if (line.index < 0) {
            line.index = this.lineCount;
            this.lineCount += 1;
            this.touched.add(line);
        }
    }

    private read(text: string): void {
        let at = 0;
        while (at < text.length) {
            at = this.mode === Mode.Ground ? this.readGround(text, at) : this.readOther(text, at);
        }
    }

    private readGround(text: string, at: number): number {
        special.lastIndex = at;
        const end = special.exec(text)?.index ?? text.length;
        if (end > at) {
            this.print(text.slice(at, end));
            return end;
        }
        this.control(text[at]!);
        return at + 1;
    }

    private print(piece: string): void {
        let rest = piece;
        while (rest) {
            const { line, style } = this.stream;
            const room = longestLine - line.cursor;
            if (room <= 0) {
                this.breakLine();
                continue;
            }
            line.write(rest.slice(0, room), style);
            this.touched.add(line);
            rest = rest.slice(room);
        }
    }

    private control(char: string): void {
        const { line } = this.stream;
        if (char === '\n') {
            this.endOfLine();
        } else if (char === '\r') {
            this.carriageReturn();
            // A write that ends in a carriage return ends an entry, with or without a line break.
            if (this.stream !== this.plain) {
                this.begin(Mode.Prefix, true);
            }
        } else if (char === '\b') {
            line.moveTo(line.cursor - 1);
        } else if (char === '\t') {
            this.print('\t');
        } else if (this.sequence.begin(char)) {
            this.begin(Mode.Sequence);
        } else if (char >= '\u202a') {
            // Turns the direction of text around: shown as what it is, something odd.
            this.print('\ufffd');
        }
    }

    private begin(mode: Mode, afterReturn = false): void {
        this.mode = mode;
        this.pending = '';
        this.afterReturn = afterReturn;
    }

    private readOther(text: string, at: number): number {
        const char = text[at]!;
        if (this.mode === Mode.Prefix) {
            return this.readPrefix(char) ? at + 1 : at;
        }
        const taken = this.sequence.take(char);
        if (taken !== 'inside') {
            this.begin(Mode.Ground);
        }
        if (taken === 'control') {
            this.runControl(this.sequence.final, this.sequence.parameters);
        }
        return taken === 'outside' ? at : at + 1;
    }

    private runControl(final: string, text: string): void {
        const { line } = this.stream;
        if (final === 'm' && /^[\d;:]*$/.test(text)) {
            this.stream.style = applySgr(this.stream.style, text);
        } else if (final === 'K' && /^[012]?$/.test(text)) {
            line.erase(Number(text));
            this.touched.add(line);
        } else if (final === 'G' && /^\d{0,5}$/.test(text)) {
            line.moveTo(Number(text || '1') - 1);
        } else if (final === 'D' && /^\d{0,5}$/.test(text)) {
            line.moveTo(line.cursor - Number(text || '1'));
        }
    }

    /// False: the character is not of a prefix and is read again as text.
    private readPrefix(char: string): boolean {
        const shape = prefixShape[this.pending.length]!;
        if (prefixKinds[shape]?.test(char) ?? shape === char) {
            this.pending += char;
            if (this.pending.length === prefixShape.length) {
                this.endPrefix();
            }
            return true;
        }
        this.endPrefix();
        return false;
    }

    private endPrefix(): void {
        const text = this.pending;
        const match = prefixPattern.exec(text);
        const goesOn = !match && this.afterReturn;
        this.begin(Mode.Ground);
        if (goesOn) {
            this.print(text);
            return;
        }
        this.stream = this.streamOf(match?.[2] ?? '');
        if (!match || match[3] === ' ') {
            this.newLine();
        }
        if (match) {
            this.stream.line.time ||= Date.parse(`${match[1]}Z`);
        } else if (text) {
            this.print(text);
        }
    }

    private newLine(): void {
        const { line } = this.stream;
        // Without a break yet, the line is still empty and unplaced: it can be used.
        if (line.index >= 0 || line.text) {
            this.place(line);
            this.stream.line = new OpenLine();
        }
        this.stream.line.afterMarker = false;
    }

    private breakLine(): void {
        const { time } = this.stream.line;
        this.newLine();
        this.stream.line.time = time;
    }

    private endOfLine(): void {
        const { line } = this.stream;
        if (line.text || !line.afterMarker) {
            this.place(line);
        }
        this.begin(Mode.Prefix);
    }

    private carriageReturn(): void {
        const { line } = this.stream;
        const marker = line.cursor === line.text.length ? markerAtEnd(line.text) : null;
        line.cursor = 0;
        if (!marker) {
            return;
        }
        line.cut(marker.at);
        this.touched.add(line);
        if (line.text) {
            this.breakLine();
        }
        if (marker.kind === 'start') {
            this.place(this.stream.line);
            this.sections.start(marker, this.stream.line.index);
        } else {
            this.stream.line.afterMarker = true;
            this.sections.end(marker, this.stream.line.index >= 0 ? this.stream.line.index + 1 : this.lineCount);
        }
    }
}

function finished(line: OpenLine): LogLine {
    const runs = line.packedRuns();
    return { text: line.text, runs, time: line.time, kind: lineKind(line.text, runs) };
}
