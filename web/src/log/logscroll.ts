// SPDX-License-Identifier: MIT
// What the log's scrolling does: which part is seen, following the end, going to lines.
import type { Signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { stampMode, wrapLines } from '../base/preferences';
import { rowHeight } from './logrow';
import type { LogModel } from './model';
import type { LineRange } from './permalink';
import { selectedRange } from './selection';

export interface View {
    top: number;
    height: number;
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
    const row = model.rows.rowOf(line) * rowHeight;
    if (row < element.scrollTop + 2 * rowHeight || row > element.scrollTop + element.clientHeight - 3 * rowHeight) {
        element.scrollTop = Math.max(0, row - element.clientHeight / 3);
    }
}

/// The seen part, and `read` to be called when it moves. Scrolling up ends following.
export function useView(scroll: ElementRef, follow: Signal<boolean>): { view: View; read: () => void } {
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
        setView({ top: element.scrollTop, height: element.clientHeight });
    };
    useEffect(() => {
        const observer = new ResizeObserver(read);
        observer.observe(scroll.current!);
        return () => observer.disconnect();
    }, []);
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
}

/// Follows the end, goes to wanted lines, and once to those that the address names.
export function useGoals(scroll: ElementRef, { model, follow, target, range, hash, height }: Goals): void {
    const version = model.version.value;
    const go = (line: number) => {
        follow.value = false;
        goToLine(model, scroll.current, line);
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
