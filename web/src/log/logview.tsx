// SPDX-License-Identifier: MIT
// The log on the screen: only the lines in view are in the document, every line has its place.
import type { Signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { hash, setHash } from '../base/router';
import { stampMode, wrapLines } from '../base/preferences';
import { LogRow, rowHeight } from './logrow';
import { scaleOf, useColumns, useGoals, useMeasured, useNumberStop, usePinned, useView } from './logscroll';
import type { LogModel } from './model';
import { linesHash, parseLines, type LineRange } from './permalink';
import type { LogSearch, Place } from './search';
import { selectedRange, selectedText } from './selection';
import { stampOf } from './stamps';
import { shownLines } from './viewport';

export interface LogViewProps {
    model: LogModel;
    follow: Signal<boolean>;
    /// A line to bring into view; a new object each time.
    target: Signal<{ line: number } | null>;
    search: LogSearch | null;
    current: Place | null;
    started: string | null;
}

function chooseLine(event: MouseEvent, range: LineRange | null): void {
    const number = Number((event.target as HTMLElement).dataset['number']);
    if (number) {
        event.preventDefault();
        const start = event.shiftKey && range ? range.first : number;
        setHash(linesHash({ first: Math.min(start, number), last: Math.max(start, number) }));
    }
}

function toggleSection(event: MouseEvent, model: LogModel): void {
    const row = (event.target as Element).closest<HTMLElement>('.log-row.section');
    const section = row ? model.sectionAt(Number(row.dataset['line'])) : undefined;
    const onText = !(event.target as Element).closest('a') && document.getSelection()?.isCollapsed !== false;
    if (section && onText) {
        model.setFolded([section], !model.isFolded(section));
    }
}

function copySelection(event: ClipboardEvent, model: LogModel): void {
    const selected = selectedRange(event.currentTarget as HTMLElement);
    if (selected && event.clipboardData) {
        event.preventDefault();
        event.clipboardData.setData('text/plain', selectedText(model, selected));
    }
}

function StickySection({ model, top, onGo }: { model: LogModel; top: number; onGo: (line: number) => void }) {
    const row = Math.floor(top / rowHeight);
    const line = model.rows.lineAt(row);
    const section = row > 0 && model.lines.length > 0 ? model.sectionAround(line) : undefined;
    if (!section || section.header >= line) {
        return null;
    }
    const text = model.lines[section.header]?.text.trim() || section.name.replace(/_/g, ' ');
    return <button type="button" class="log-sticky" onClick={() => onGo(section.header)}><span>{text}</span></button>;
}

interface RowProps {
    index: number;
    range: LineRange | null;
    /// What is added to the place of a row in the log.
    shift: number;
    isStop: boolean;
    props: LogViewProps;
}

function Row({ index, range, shift, isStop, props }: RowProps) {
    const { model, search, current, started } = props;
    const section = model.sectionAt(index);
    const around = section ?? model.sectionAround(index);
    const line = model.lines[index]!;
    return (
        <LogRow line={line} index={index} top={model.rows.rowOf(index) * rowHeight + shift} isStop={isStop} section={section}
            folded={section ? model.isFolded(section) : false} depth={around ? around.depth + (section ? 0 : 1) : 0}
            chosen={range !== null && index + 1 >= range.first && index + 1 <= range.last}
            stamp={stampOf(stampMode.value, line.time, started)}
            hits={search?.byLine.get(index)?.map((place) => ({ ...place, current: place === current }))} />
    );
}

export function LogView(props: LogViewProps) {
    const { model, follow, target } = props;
    const scroll = useRef<HTMLDivElement>(null);
    const ruler = useRef<HTMLSpanElement>(null);
    const range = parseLines(hash.value);
    const { view, read } = useView(scroll, model, follow);
    const pinned = usePinned(scroll);
    useColumns(model, scroll, ruler);
    useGoals(scroll, { model, follow, target, range, hash: hash.value, height: view.height, read });
    useMeasured(model, scroll, view);
    const scale = scaleOf(model, view.height);
    const lines = shownLines(model, view.top, view.height, pinned);
    const numbers = useNumberStop(scroll, model, read);
    const firstSeen = model.lines.length > 0 ? model.rows.lineAt(Math.ceil(view.top / rowHeight)) : 0;
    const stop = lines.includes(numbers.stop) ? numbers.stop : firstSeen;
    const press = (event: MouseEvent) => {
        chooseLine(event, range);
        if (!event.defaultPrevented) {
            toggleSection(event, model);
        }
    };
    return (
        <div class={`log${wrapLines.value ? ' wrapped' : ''}${stampMode.value === 'off' ? '' : ' stamped'}`}>
            <span class="log-ruler" ref={ruler} aria-hidden="true">{'0'.repeat(100)}</span>
            <StickySection model={model} top={view.top} onGo={(line) => { target.value = { line }; }} />
            <div class="log-scroll" ref={scroll} tabIndex={0} role="log" aria-live="off" aria-label="Job log" data-testid="log"
                data-lines={model.lines.length} onScroll={read} onCopy={(event) => copySelection(event, model)} onClick={press} onKeyDown={numbers.walk}>
                <div class="log-space" style={{ height: `${scale.space}px` }}>
                    {lines.map((index) => <Row key={index} index={index} range={range} shift={scale.toScroll(view.top) - view.top} isStop={index === stop} props={props} />)}
                </div>
            </div>
        </div>
    );
}
