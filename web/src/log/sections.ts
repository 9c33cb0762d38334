// SPDX-License-Identifier: MIT
// Sections of a log (GitLab's section_start and section_end markers) as a tree of line ranges.

export interface Section {
    id: number;
    name: string;
    /// Line that shows the section's title.
    header: number;
    /// First line behind it; -1 while it is open.
    end: number;
    /// Unix seconds.
    started: number;
    /// 0 while it is open.
    ended: number;
    depth: number;
    collapsed: boolean;
    hideDuration: boolean;
}

export interface Marker {
    kind: 'start' | 'end';
    seconds: number;
    name: string;
    options: string;
    /// Where the marker begins in the text.
    at: number;
}

// A section has a row of its own in the page's memory: a hostile log must not make millions.
const mostSections = 20000;
const deepest = 32;
/// Longest marker that is looked for; names and options are far shorter.
export const longestMarker = 512;

const pattern = /section_(start|end):(\d{1,12}):([\w.-]{1,128})(?:\[([^\]]{0,256})\])?$/;

/// The marker that the text ends with (what stands before a carriage return).
export function markerAtEnd(text: string): Marker | null {
    const tail = Math.max(0, text.length - longestMarker);
    if (text.indexOf('section_', tail) < 0) {
        return null;
    }
    const match = pattern.exec(text.slice(tail));
    return match && {
        kind: match[1] as Marker['kind'], seconds: Number(match[2]), name: match[3]!, options: match[4] ?? '',
        at: tail + match.index,
    };
}

/// The text may yet become a marker: it is not shown before that is known.
export function mayBecomeMarker(text: string): boolean {
    return text.length < longestMarker && ('section_'.startsWith(text) || /^section_[a-z]{0,5}(:|$)/.test(text));
}

export class SectionTree {
    readonly all: Section[] = [];
    private readonly open: Section[] = [];
    private readonly changed = new Set<Section>();

    start(marker: Marker, header: number): void {
        if (this.all.length >= mostSections || this.open.length >= deepest) {
            return;
        }
        const options = marker.options.split(',').map((option) => option.trim());
        const section: Section = {
            id: this.all.length, name: marker.name, header, end: -1, started: marker.seconds, ended: 0,
            depth: this.open.length, collapsed: options.includes('collapsed=true'), hideDuration: options.includes('hide_duration=true'),
        };
        this.all.push(section);
        this.open.push(section);
        this.changed.add(section);
    }

    /// An end closes what was left open inside; an end without a start is ignored.
    end(marker: Marker, line: number): void {
        let at = this.open.length - 1;
        while (at >= 0 && this.open[at]!.name !== marker.name) {
            at -= 1;
        }
        if (at < 0) {
            return;
        }
        for (const section of this.open.splice(at)) {
            section.end = line;
            section.ended = marker.seconds;
            this.changed.add(section);
        }
    }

    takeChanged(): Section[] {
        const result = [...this.changed].map((section) => ({ ...section }));
        this.changed.clear();
        return result;
    }
}
