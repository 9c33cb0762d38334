// SPDX-License-Identifier: MIT
import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

interface NeedLinesProps {
    board: RefObject<HTMLDivElement | null>;
    /// Group → the groups it waits for.
    needs: Map<string, string[]>;
    focus: string;
}

interface Line {
    key: string;
    path: string;
    strong: boolean;
}

function nodeOf(board: HTMLElement, group: string): DOMRect | undefined {
    return [...board.querySelectorAll<HTMLElement>('[data-group]')]
        .find((element) => element.dataset['group'] === group)?.getBoundingClientRect();
}

function curve(from: DOMRect, to: DOMRect, origin: { x: number; y: number }): string {
    const x1 = from.right - origin.x;
    const y1 = from.top + Math.min(18, from.height / 2) - origin.y;
    const x2 = to.left - origin.x;
    const y2 = to.top + Math.min(18, to.height / 2) - origin.y;
    const bend = Math.max(14, (x2 - x1) / 2);
    return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

function measure({ board, needs, focus }: NeedLinesProps): Line[] {
    const root = board.current;
    if (!root) {
        return [];
    }
    const box = root.getBoundingClientRect();
    const origin = { x: box.left - root.scrollLeft, y: box.top - root.scrollTop };
    const lines: Line[] = [];
    for (const [to, froms] of needs) {
        const target = nodeOf(root, to);
        for (const from of froms) {
            const source = nodeOf(root, from);
            if (source && target) {
                lines.push({ key: `${from}\n${to}`, path: curve(source, target, origin), strong: from === focus || to === focus });
            }
        }
    }
    return lines;
}

/// Beyond this many jobs the lines say nothing any more; the table names the needs.
const mostGroups = 120;

export function NeedLines(props: NeedLinesProps) {
    const [lines, setLines] = useState<Line[]>([]);
    const [size, setSize] = useState({ width: 0, height: 0 });
    useLayoutEffect(() => {
        const root = props.board.current;
        if (!root || props.needs.size > mostGroups) {
            return undefined;
        }
        const draw = () => {
            setLines(measure(props));
            setSize({ width: root.scrollWidth, height: root.scrollHeight });
        };
        draw();
        const observer = new ResizeObserver(draw);
        observer.observe(root);
        root.querySelectorAll('.stage').forEach((stage) => observer.observe(stage));
        return () => observer.disconnect();
    }, [props.focus, JSON.stringify([...props.needs])]);
    return (
        <svg class={props.focus ? 'needs focused' : 'needs'} width={size.width} height={size.height} aria-hidden="true">
            {lines.map(({ key, path, strong }) => <path key={key} d={path} class={strong ? 'strong' : ''} />)}
        </svg>
    );
}
