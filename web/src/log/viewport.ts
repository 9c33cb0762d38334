// SPDX-License-Identifier: MIT
import type { LogModel } from './model';
import { rowHeight } from './logrow';

/// Rows drawn above and below the visible ones, so that a fast scroll shows text and not ground.
const spareRows = 24;

/// The visible lines between two pixel positions, and lines that must stay, in order.
export function shownLines(model: LogModel, top: number, height: number, pinned: number[]): number[] {
    const { rows } = model;
    if (rows.rows === 0) {
        return [];
    }
    const firstRow = Math.max(0, Math.floor(top / rowHeight) - spareRows);
    const lastRow = Math.min(rows.rows - 1, Math.ceil((top + height) / rowHeight) + spareRows);
    const shown: number[] = [];
    for (let row = firstRow; row <= lastRow;) {
        const line = rows.lineAt(row);
        shown.push(line);
        row = rows.rowOf(line) + Math.max(1, rows.height(line));
    }
    const extra = pinned.filter((line) => rows.height(line) > 0 && !shown.includes(line));
    return extra.length > 0 ? [...shown, ...extra].sort((a, b) => a - b) : shown;
}
