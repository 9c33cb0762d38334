// SPDX-License-Identifier: MIT
// Selecting text across lines that are not in the document: the rows where a selection begins and
// ends stay mounted while one scrolls, and copying takes the text from the model.
import type { LogModel } from './model';

export interface TextPoint {
    line: number;
    column: number;
}

function pointOf(root: HTMLElement, node: Node | null, offset: number): TextPoint | null {
    const element = node instanceof Element ? node : node?.parentElement;
    const row = element?.closest<HTMLElement>('.log-row');
    if (!node || !row || !root.contains(row)) {
        return null;
    }
    const line = Number(row.dataset['line']);
    const text = row.querySelector('.log-text');
    if (!text?.contains(node)) {
        return { line, column: text && (text.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING) ? Infinity : 0 };
    }
    const range = document.createRange();
    range.setStart(text, 0);
    range.setEnd(node, offset);
    return { line, column: range.toString().length };
}

/// Both ends of the document's selection, in order, when it lies in this log.
export function selectedRange(root: HTMLElement): [TextPoint, TextPoint] | null {
    const selection = document.getSelection();
    if (!selection || selection.isCollapsed) {
        return null;
    }
    const anchor = pointOf(root, selection.anchorNode, selection.anchorOffset);
    const focus = pointOf(root, selection.focusNode, selection.focusOffset);
    if (!anchor || !focus) {
        return null;
    }
    const backwards = focus.line < anchor.line || (focus.line === anchor.line && focus.column < anchor.column);
    return backwards ? [focus, anchor] : [anchor, focus];
}

export function selectedText(model: LogModel, [from, to]: [TextPoint, TextPoint]): string {
    const parts: string[] = [];
    for (let line = from.line; line <= to.line && line < model.lines.length; line += 1) {
        const hidden = model.rows.height(line) === 0;
        if (!hidden) {
            const { text } = model.lines[line]!;
            parts.push(text.slice(line === from.line ? from.column : 0, line === to.line ? to.column : undefined));
        }
    }
    return parts.join('\n');
}
