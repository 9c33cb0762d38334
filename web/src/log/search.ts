// SPDX-License-Identifier: MIT
// Search in a log: plain text, without regard to case, continued as the log grows.
import type { LogLine } from './parser';

export interface Place {
    line: number;
    start: number;
    end: number;
}

// More hits than this are not counted: the reader wants another word.
export const mostHits = 20000;

export class LogSearch {
    readonly places: Place[] = [];
    readonly byLine = new Map<number, Place[]>();
    private next = 0;
    private readonly wanted: string;

    constructor(text: string) {
        this.wanted = text.toLowerCase();
    }

    get full(): boolean {
        return this.places.length >= mostHits;
    }

    /// Searches the lines that are new since the last call. The very last one may still grow, so it
    /// is looked at only when the next has begun or `complete` says that none will.
    advance(lines: LogLine[], complete: boolean): void {
        const end = complete ? lines.length : lines.length - 1;
        for (; this.wanted && this.next < end && !this.full; this.next += 1) {
            this.searchLine(this.next, lines[this.next]!.text);
        }
    }

    private searchLine(line: number, text: string): void {
        const lower = text.toLowerCase();
        // A few characters change their length in lower case; then places would be wrong.
        const subject = lower.length === text.length ? lower : text;
        const found: Place[] = [];
        for (let at = subject.indexOf(this.wanted); at >= 0; at = subject.indexOf(this.wanted, at + this.wanted.length)) {
            found.push({ line, start: at, end: at + this.wanted.length });
        }
        if (found.length > 0) {
            this.places.push(...found);
            this.byLine.set(line, found);
        }
    }
}
