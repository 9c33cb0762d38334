// SPDX-License-Identifier: MIT
// One line of a log while it may still change: text, a cursor in it, and the styles as runs.
import { plainStyle, type Style } from './style';

/// Longest line, in UTF-16 units; a longer one goes on in the next line. Keeps a log without line
/// breaks from becoming one immense row.
export const longestLine = 16384;

interface Run {
    start: number;
    style: Style;
}

const same = (a: Style, b: Style): boolean => a.foreground === b.foreground && a.background === b.background && a.attributes === b.attributes;

export class OpenLine {
    /// Place in the log; -1 until something of the line is shown.
    index = -1;
    text = '';
    cursor = 0;
    /// Milliseconds since the epoch, 0 where the log carries no times.
    time = 0;
    /// An end marker stood here: a line break right after it makes no empty line.
    afterMarker = false;
    private runs: Run[] = [];

    write(piece: string, style: Style): void {
        const end = this.cursor + piece.length;
        this.paint(this.cursor, end, style);
        this.text = this.cursor === this.text.length ? this.text + piece
            : this.text.slice(0, this.cursor) + piece + this.text.slice(end);
        this.cursor = end;
    }

    /// ESC [ mode K: 0 from the cursor on, 1 up to it, 2 all.
    erase(mode: number): void {
        if (mode === 0) {
            this.cut(this.cursor);
        } else if (mode === 1) {
            const end = Math.min(this.cursor, this.text.length);
            this.paint(0, end, plainStyle);
            this.text = ' '.repeat(end) + this.text.slice(end);
        } else if (mode === 2) {
            this.cut(0);
            this.cursor = 0;
        }
    }

    cut(length: number): void {
        this.text = this.text.slice(0, length);
        this.runs = this.runs.filter(({ start }) => start < length);
        this.cursor = Math.min(this.cursor, this.text.length);
    }

    moveTo(column: number): void {
        this.cursor = Math.max(0, Math.min(column, this.text.length));
    }

    /// Start, foreground, background, attributes, for each run; null where all is plain.
    packedRuns(): number[] | null {
        const packed: number[] = [];
        let last = plainStyle;
        for (const { start, style } of this.runs) {
            if (start < this.text.length && !same(style, last)) {
                packed.push(start, style.foreground, style.background, style.attributes);
                last = style;
            }
        }
        return packed.length > 0 ? packed : null;
    }

    private styleAt(column: number): Style {
        for (let i = this.runs.length - 1; i >= 0; i -= 1) {
            if (this.runs[i]!.start <= column) {
                return this.runs[i]!.style;
            }
        }
        return plainStyle;
    }

    private paint(from: number, to: number, style: Style): void {
        const last = this.runs.at(-1);
        if (from === this.text.length && (!last || last.start <= from)) {
            if (!same(last?.style ?? plainStyle, style)) {
                this.runs.push({ start: from, style });
            }
            return;
        }
        const after = to < this.text.length ? [{ start: to, style: this.styleAt(to) }] : [];
        this.runs = [
            ...this.runs.filter(({ start }) => start < from), { start: from, style }, ...after,
            ...this.runs.filter(({ start }) => start > to),
        ];
    }
}
