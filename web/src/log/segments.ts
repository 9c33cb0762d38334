// SPDX-License-Identifier: MIT
// A line cut into pieces that each have one look: its colours, the hits of a search, its links.
import { plainStyle, type Style } from './style';

export interface Segment {
    text: string;
    style: Style;
    /// An http or https address, or empty.
    link: string;
    hit: 'none' | 'hit' | 'current';
}

export interface Hit {
    start: number;
    end: number;
    current: boolean;
}

const address = /\bhttps?:\/\/[^\s<>"'`\\^{}|\u0000-\u0020]{1,2000}/g;

/// Addresses in a text; punctuation that ends a sentence is not part of one.
export function links(text: string): { start: number; end: number }[] {
    if (!text.includes('://')) {
        return [];
    }
    return [...text.matchAll(address)].flatMap((match) => {
        const whole = match[0].replace(/[.,;:!?)\]]+$/, (tail) => match[0].includes('(') && tail.startsWith(')') ? ')' : '');
        return URL.canParse?.(whole) ?? true ? [{ start: match.index, end: match.index + whole.length }] : [];
    });
}

interface Source {
    text: string;
    runs: number[] | null;
    hits?: Hit[];
}

function styleAt(runs: number[] | null, column: number): Style {
    let style = plainStyle;
    for (let i = 0; runs && i < runs.length && runs[i]! <= column; i += 4) {
        style = { foreground: runs[i + 1]!, background: runs[i + 2]!, attributes: runs[i + 3]! };
    }
    return style;
}

// A line of very many colours is drawn up to here in pieces; the rest has the last piece's look.
const mostSegments = 2000;

export function segments({ text, runs, hits = [] }: Source): Segment[] {
    const found = links(text);
    const cuts = new Set<number>([0, text.length]);
    for (let i = 0; runs && i < runs.length; i += 4) {
        cuts.add(runs[i]!);
    }
    for (const { start, end } of [...hits, ...found]) {
        cuts.add(start).add(end);
    }
    const edges = [...cuts].filter((cut) => cut <= text.length).sort((a, b) => a - b);
    if (edges.length > mostSegments) {
        edges.splice(mostSegments, edges.length, text.length);
    }
    return edges.slice(0, -1).map((start, index) => {
        const inside = (range: { start: number; end: number }) => range.start <= start && start < range.end;
        const hit = hits.find(inside);
        const link = found.find(inside);
        return {
            text: text.slice(start, edges[index + 1]), style: styleAt(runs, start),
            link: link ? text.slice(link.start, link.end) : '', hit: hit ? hit.current ? 'current' : 'hit' : 'none',
        };
    });
}
