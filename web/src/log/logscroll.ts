// SPDX-License-Identifier: MIT
// What the log's scrolling does: which part is seen, following the end, going to lines.
import type { Signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { stampMode, wrapLines } from '../base/preferences';
import { rowHeight } from './logrow';
import type { LogModel } from './model';
import type { LineRange } from './permalink';
import { ScrollScale } from './scale';
import { selectedRange } from './selection';

export interface View {
    /// In the log; where the scroll bar stands then, `scaleOf` tells.
    top: number;
    height: number;
}

export function scaleOf(model: LogModel, height: number): ScrollScale {
    return new ScrollScale(model.rows.rows * rowHeight, height);
}

interface ElementRef<T extends Element = HTMLDivElement> {
    current: T | null;
}

// A wheel or a finger that moves less than this above the end still follows it.
const endSlack = 24;

/// Brings a line into view unless it is well inside already.
export function goToLine(model: LogModel, element: HTMLElement | null, line: number): void {
    model.reveal(line);
    if (!element) {
        return;
    }
    const scale = scaleOf(model, element.clientHeight);
    const row = model.rows.rowOf(line) * rowHeight;
    const top = scale.toLog(element.scrollTop);
    if (row < top + 2 * rowHeight || row > top + element.clientHeight - 3 * rowHeight) {
        element.scrollTop = scale.toScroll(Math.max(0, row - element.clientHeight / 3));
    }
}

/// The seen part, and `read` to be called when it moves. Scrolling up ends following.
export function useView(scroll: ElementRef, model: LogModel, follow: Signal<boolean>): { view: View; read: () => void } {
    const [view, setView] = useState<View>({ top: 0, height: 600 });
    const lastTop = useRef(0);
    const read = () => {
        const element = scroll.current;
        if (!element) {
            return;
        }
        const fromEnd = element.scrollHeight - element.clientHeight - element.scrollTop;
        if (element.scrollTop < lastTop.current - 1 && fromEnd > endSlack) {
            follow.value = false;
        }
        lastTop.current = element.scrollTop;
        setView({ top: scaleOf(model, element.clientHeight).toLog(element.scrollTop), height: element.clientHeight });
    };
    useEffect(() => {
        const observer = new ResizeObserver(read);
        observer.observe(scroll.current!);
        return () => observer.disconnect();
    }, []);
    // A log that grows moves what the scroll bar means, where it is scaled: what is seen stays.
    const scale = scaleOf(model, view.height);
    useLayoutEffect(() => {
        if (scale.isScaled && !follow.value && scroll.current) {
            scroll.current.scrollTop = scale.toScroll(view.top);
        }
    }, [scale.full]);
    return { view, read };
}

/// The lines that must stay in the document: where a selection begins and ends.
export function usePinned(scroll: ElementRef): number[] {
    const [pinned, setPinned] = useState<number[]>([]);
    useEffect(() => {
        const pin = () => {
            const selected = scroll.current && selectedRange(scroll.current);
            setPinned((before) => selected ? [selected[0].line, selected[1].line] : before.length > 0 ? [] : before);
        };
        document.addEventListener('selectionchange', pin);
        return () => document.removeEventListener('selectionchange', pin);
    }, []);
    return pinned;
}

interface Goals {
    model: LogModel;
    follow: Signal<boolean>;
    target: Signal<{ line: number } | null>;
    range: LineRange | null;
    hash: string;
    height: number;
    /// To be called after the scroll bar was moved.
    read: () => void;
}

/// Follows the end, goes to wanted lines, and once to those that the address names.
export function useGoals(scroll: ElementRef, { model, follow, target, range, hash, height, read }: Goals): void {
    const version = model.version.value;
    const go = (line: number) => {
        follow.value = false;
        goToLine(model, scroll.current, line);
        read();
    };
    useLayoutEffect(() => {
        if (follow.value && scroll.current) {
            scroll.current.scrollTop = scroll.current.scrollHeight;
        }
    }, [version, follow.value, height]);
    const wanted = target.value;
    useLayoutEffect(() => {
        if (wanted) {
            go(wanted.line);
        }
    }, [wanted]);
    const arrived = useRef('');
    useLayoutEffect(() => {
        if (range && arrived.current !== hash && model.lines.length >= range.first) {
            arrived.current = hash;
            go(range.first - 1);
        }
    }, [version, hash]);
}

/// Tells the model how many characters fit in a row, while lines are wrapped.
export function useColumns(model: LogModel, scroll: ElementRef, ruler: ElementRef<HTMLSpanElement>): void {
    const wrap = wrapLines.value;
    useLayoutEffect(() => {
        const element = scroll.current!;
        const measure = () => {
            const text = element.querySelector<HTMLElement>('.log-text');
            const width = (ruler.current?.getBoundingClientRect().width ?? 0) / 100;
            const room = text ? element.clientWidth - (text.offsetLeft + 24) : 0;
            model.setColumns(wrap && width > 0 && room > 0 ? Math.max(10, Math.floor(room / width)) : 0);
        };
        measure();
        const observer = new ResizeObserver(measure);
        observer.observe(element);
        return () => observer.disconnect();
    }, [model, wrap, stampMode.value, model.lines.length > 0]);
}

/// Wide characters and tabs make an estimated height wrong; what was drawn corrects it.
export function useMeasured(model: LogModel, scroll: ElementRef, view: View): void {
    useLayoutEffect(() => {
        if (!wrapLines.value) {
            return;
        }
        const rows = [...scroll.current!.querySelectorAll<HTMLElement>('.log-row')];
        const corrected = rows.filter((row) => model.measured(Number(row.dataset['line']), Math.max(1, Math.round(row.offsetHeight / rowHeight))));
        if (corrected.length > 0) {
            model.version.value += 1;
        }
    }, [model.version.value, view, wrapLines.value]);
}

/// Among the numbers of the lines only one is a tab stop: a log would have thousands. The arrow keys
/// go from there to the others.
export function useNumberStop(scroll: ElementRef, model: LogModel, read: () => void): { stop: number; walk: (event: KeyboardEvent) => void } {
    const [stop, setStop] = useState(-1);
    const wanted = useRef(false);
    useLayoutEffect(() => {
        if (wanted.current) {
            wanted.current = false;
            scroll.current?.querySelector<HTMLElement>(`[data-line="${stop}"] .log-number`)?.focus({ preventScroll: true });
        }
    }, [stop]);
    const walk = (event: KeyboardEvent) => {
        const number = Number((event.target as HTMLElement).dataset['number']);
        if (!number || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) {
            return;
        }
        event.preventDefault();
        const row = model.rows.rowOf(number - 1);
        const next = model.rows.lineAt(Math.max(0, event.key === 'ArrowUp' ? row - 1 : row + model.rows.height(number - 1)));
        wanted.current = next !== number - 1;
        goToLine(model, scroll.current, next);
        read();
        setStop(next);
    };
    return { stop, walk };
}
