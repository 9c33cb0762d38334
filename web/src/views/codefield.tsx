// SPDX-License-Identifier: MIT
// A text area with line numbers; lines with an error or a warning are marked in the margin.
import type { Ref } from 'preact';
import { useImperativeHandle, useRef } from 'preact/hooks';
import type { LintMessage } from '../base/entities';

export interface CodeFieldHandle {
    /// Puts the cursor there, in sight.
    go: (line: number, column: number) => void;
}

interface CodeFieldProps {
    value: string;
    label: string;
    onText: (text: string) => void;
    marks: LintMessage[];
    handle: Ref<CodeFieldHandle>;
}

const lineHeight = 20;
// A margin of a hundred thousand numbers would take longer to draw than the check.
const mostNumbers = 20000;

function Numbers({ count, marks }: { count: number; marks: LintMessage[] }) {
    const severities = new Map(marks.filter(({ severity }) => severity === 'warning').concat(marks.filter(({ severity }) => severity === 'error'))
        .map(({ line, severity }) => [line, severity]));
    return (
        <>
            {Array.from({ length: Math.min(count, mostNumbers) }, (_unused, index) => (
                <span key={index} class={severities.get(index + 1)}>{index + 1}</span>
            ))}
        </>
    );
}

function offsetOf(text: string, line: number, column: number): number {
    const lines = text.split('\n');
    const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    return Math.min(before + Math.min(column - 1, lines[line - 1]?.length ?? 0), text.length);
}

export function CodeField({ value, label, onText, marks, handle }: CodeFieldProps) {
    const area = useRef<HTMLTextAreaElement>(null);
    const numbers = useRef<HTMLPreElement>(null);
    useImperativeHandle(handle, () => ({
        go: (line, column) => {
            const at = offsetOf(value, line, column);
            area.current?.focus();
            area.current?.setSelectionRange(at, at);
            area.current?.scrollTo({ top: Math.max(0, (line - 6) * lineHeight) });
        },
    }), [value]);
    const follow = () => {
        if (numbers.current && area.current) {
            numbers.current.scrollTop = area.current.scrollTop;
        }
    };
    return (
        <div class="code-field">
            <pre ref={numbers} aria-hidden="true"><Numbers count={value.split('\n').length} marks={marks} /></pre>
            <textarea ref={area} value={value} aria-label={label} wrap="off" spellcheck={false} autocapitalize="off" autocomplete="off" data-testid="editor-text"
                onScroll={follow} onInput={(event) => onText(event.currentTarget.value)} />
        </div>
    );
}
