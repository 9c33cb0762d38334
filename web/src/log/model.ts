// SPDX-License-Identifier: MIT
// The log as the page holds it: lines, sections, what is folded, where each line stands.
import { signal } from '@preact/signals';
import { LineKind } from './linekind';
import type { FromWorker, ToWorker } from './messages';
import type { LogLine, LogUpdate } from './parser';
import { RowIndex } from './rowindex';
import type { Section } from './sections';
import type { LogSink } from './source';

export class LogModel implements LogSink {
    readonly lines: LogLine[] = [];
    readonly sections: Section[] = [];
    readonly rows = new RowIndex();
    /// Grows with every change of what is to be seen.
    readonly version = signal(0);
    /// Bytes that the worker has read since the last reset.
    readonly consumed = signal(0);
    readonly complete = signal(false);
    /// Bytes that the worker was given since then.
    private fed = 0;
    hasTimes = false;
    /// Called with the bytes that were just read, for whoever grants credit.
    onConsumed: (bytes: number) => void = () => undefined;

    private readonly worker = new Worker(LOG_WORKER_URL);
    private readonly folded = new Set<number>();
    private readonly byHeader = new Map<number, Section>();
    private epoch = 0;
    private finishing = false;
    /// Characters in a row, 0 where lines are not wrapped.
    private columns = 0;

    constructor() {
        this.worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.receive(data);
    }

    /// Nothing that was fed is still to be shown.
    get isSettled(): boolean {
        return this.consumed.value === this.fed;
    }

    feed(data: Uint8Array): void {
        this.fed += data.length;
        const copy = data.slice();
        this.tell({ type: 'bytes', epoch: this.epoch, data: copy }, [copy.buffer]);
    }

    finish(): void {
        this.finishing = true;
        this.tell({ type: 'finish', epoch: this.epoch });
    }

    reset(): void {
        this.epoch += 1;
        this.finishing = false;
        this.complete.value = false;
        this.consumed.value = 0;
        this.fed = 0;
        this.hasTimes = false;
        this.lines.length = 0;
        this.sections.length = 0;
        this.folded.clear();
        this.byHeader.clear();
        this.rows.clear();
        this.tell({ type: 'reset', epoch: this.epoch });
        this.version.value += 1;
    }

    end(): void {
        this.worker.terminate();
    }

    sectionAt(line: number): Section | undefined {
        return this.byHeader.get(line);
    }

    isFolded(section: Section): boolean {
        return this.folded.has(section.id);
    }

    /// The innermost section whose lines a line is among, its header included.
    sectionAround(line: number): Section | undefined {
        let found: Section | undefined;
        for (const section of this.sections) {
            if (section.header > line) {
                break;
            }
            if (line < this.endOf(section)) {
                found = section;
            }
        }
        return found;
    }

    setFolded(sections: Section[], folded: boolean): void {
        sections.forEach((section) => folded ? this.folded.add(section.id) : this.folded.delete(section.id));
        this.arrange();
    }

    /// Unfolds whatever hides a line.
    reveal(line: number): void {
        const hiding = this.sections.filter((section) => this.isFolded(section) && section.header < line && line < this.endOf(section));
        if (hiding.length > 0) {
            this.setFolded(hiding, false);
        }
    }

    setColumns(columns: number): void {
        if (columns !== this.columns) {
            this.columns = columns;
            this.arrange();
        }
    }

    /// Corrects an estimated height by what the browser made of the line.
    measured(line: number, height: number): boolean {
        const before = this.rows.height(line);
        if (before === 0 || before === height) {
            return false;
        }
        this.rows.set(line, height);
        return true;
    }

    nextOfKind(kind: LineKind, after: number): number {
        for (let step = 1; step <= this.lines.length; step += 1) {
            const line = (after + step) % this.lines.length;
            if (this.lines[line]!.kind === kind) {
                return line;
            }
        }
        return -1;
    }

    private tell(message: ToWorker, transfer: Transferable[] = []): void {
        this.worker.postMessage(message, transfer);
    }

    private endOf(section: Section): number {
        return section.end < 0 ? this.lines.length : section.end;
    }

    private receive({ epoch, consumed, update }: FromWorker): void {
        if (epoch !== this.epoch) {
            return;
        }
        this.apply(update);
        this.consumed.value += consumed;
        this.onConsumed(consumed);
        if (this.finishing && consumed === 0) {
            this.complete.value = true;
        }
        this.version.value += 1;
    }

    private apply({ added, changed, sections }: LogUpdate): void {
        let foldChanged = false;
        for (const section of sections) {
            const known = this.sections[section.id];
            this.sections[section.id] = section;
            this.byHeader.set(section.header, section);
            if (section.collapsed && !known) {
                this.folded.add(section.id);
            }
            foldChanged ||= this.folded.has(section.id);
        }
        for (const line of added) {
            this.lines.push(line);
            this.hasTimes ||= line.time > 0;
            this.rows.push(this.estimate(this.lines.length - 1));
        }
        for (const { index, line } of changed) {
            this.lines[index] = line;
            if (this.rows.height(index) > 0) {
                this.rows.set(index, this.estimate(index));
            }
        }
        if (foldChanged || (added.length > 0 && this.anyFoldOpen())) {
            this.arrange();
        }
    }

    private anyFoldOpen(): boolean {
        return [...this.folded].some((id) => (this.sections[id]?.end ?? 0) < 0);
    }

    private estimate(line: number): number {
        const length = this.lines[line]!.text.length;
        return this.columns > 0 ? Math.min(65535, Math.max(1, Math.ceil(length / this.columns))) : 1;
    }

    private arrange(): void {
        const hidden = this.sections.filter((section) => this.isFolded(section));
        let at = 0;
        let hiddenUntil = 0;
        this.rows.fill((line) => {
            while (at < hidden.length && hidden[at]!.header < line) {
                hiddenUntil = Math.max(hiddenUntil, this.endOf(hidden[at]!));
                at += 1;
            }
            return line < hiddenUntil ? 0 : this.estimate(line);
        });
        this.version.value += 1;
    }
}
