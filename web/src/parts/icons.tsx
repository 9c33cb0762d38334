// SPDX-License-Identifier: MIT
// Drawn on a 16 pixel grid, 1.5 pixel strokes, in the colour of the text beside them.
import type { ComponentChildren } from 'preact';

const drawings = {
    play: <path d="M5 3.2v9.6l7.8-4.8z" fill="currentColor" stroke="none" />,
    retry: <path d="M3 8a5 5 0 1 1 1.6 3.700M3 12.500v-2.800h2.8" />,
    cancel: <path d="M4.5 4.500h7v7h-7z" fill="currentColor" stroke="none" />,
    close: <path d="M4 4l8 8M12 4l-8 8" />,
    terminal: <path d="M3 4.500L6.5 8 3 11.500M8.5 11.500H13" />,
    search: <path d="M7 11.500a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.5 10.500L14 14" />,
    wrap: <path d="M2 4h12M2 8h9.500a2.5 2.5 0 0 1 0 5H9M10.5 11L8.5 13l2 2M2 12h4" />,
    follow: <path d="M8 2.500v8M4.5 7.500L8 11l3.5-3.500M3 13.500h10" />,
    clock: <path d="M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.800V8l2.2 1.5" />,
    download: <path d="M8 2.500v7.500M5 7.200L8 10.200l3-3M2.5 11.500v2h11v-2" />,
    copy: <path d="M5.5 5.500h8v8h-8zM10.5 5.500v-3h-8v8h3" />,
    check: <path d="M3 8.500l3.3 3.300L13 4.8" />,
    chevron: <path d="M6 4l4 4-4 4" />,
    down: <path d="M4 6l4 4 4-4" />,
    up: <path d="M4 10l4-4 4 4" />,
    sun: <path d="M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1.200v1.600M8 13.200v1.600M1.2 8h1.600M13.2 8h1.600M3.2 3.200l1.1 1.100M11.7 11.700l1.1 1.100M3.2 12.800l1.1-1.100M11.7 4.300l1.1-1.1" />,
    moon: <path d="M13.2 9.800A5.8 5.8 0 0 1 6.2 2.8 5.8 5.8 0 1 0 13.2 9.800z" />,
    system: <path d="M2 3h12v8H2zM6 13.500h4" />,
    help: <path d="M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM6.2 6.300a1.8 1.8 0 1 1 2.6 1.600c-.5.3-.8.6-.8 1.200M8 11.200v.1" />,
    external: <path d="M9 3h4v4M13 3L7.5 8.500M11 9.500V13H3V5h3.5" />,
    folder: <path d="M2 4.500v8h12v-7H8L6.5 3.500H2z" />,
    file: <path d="M4 2h5l3 3v9H4zM9 2v3h3" />,
    trash: <path d="M3 4.500h10M6 4.500v-2h4v2M4.5 4.500l.5 9h6l.5-9" />,
    full: <path d="M2.5 6V2.500H6M10 2.500h3.500V6M13.5 10v3.500H10M6 13.500H2.500V10" />,
    lock: <path d="M4 7h8v6.500H4zM5.5 7V5a2.5 2.5 0 0 1 5 0v2" />,
    plus: <path d="M8 3v10M3 8h10" />,
    minus: <path d="M3 8h10" />,
    branch: <path d="M4.5 5.500v5M4.5 5.500a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM4.5 13.500a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM11.5 6.500a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM11.5 6.500c0 2.5-5 2-6.5 4.2" />,
    tag: <path d="M2.5 2.500h5.500l5.5 5.5-5.5 5.500L2.5 8zM5.5 5.500v.1" />,
    commit: <path d="M8 10.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 8h4M10.5 8h4" />,
    link: <path d="M6.5 9.500l3-3M7 4.500l1.5-1.500a2.6 2.6 0 0 1 4 4L11 8.500M9 11.500L7.5 13a2.6 2.6 0 0 1-4-4L5 7.5" />,
    sections: <path d="M2.5 4h11M5.5 8h8M5.5 12h8M2.5 7v5" />,
    menu: <path d="M2.5 4.500h11M2.5 8h11M2.5 11.500h11" />,
    reader: <path d="M2.5 6v4h2.500L8.5 13V3L5 6zM11 5.800a3.2 3.2 0 0 1 0 4.400M12.8 4a5.8 5.8 0 0 1 0 8" />,
    gear: <path d="M8 10.200a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.400zM8 1.800v2M8 12.200v2M1.8 8h2M12.2 8h2M3.6 3.600L5 5M11 11l1.4 1.400M3.6 12.400L5 11M11 5l1.4-1.4" />,
} satisfies Record<string, ComponentChildren>;

export type IconName = keyof typeof drawings;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
    return (
        <svg class="icon" viewBox="0 0 16 16" width={size} height={size} aria-hidden="true" focusable="false">
            {drawings[name]}
        </svg>
    );
}

/// The sign of the house: a capstan seen from above.
export function Mark({ size = 20 }: { size?: number }) {
    return (
        <svg class="mark" viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
            <circle cx="16" cy="16" r="15" fill="currentColor" />
            <path d="M16 4.500v23M6 10.250l20 11.500M6 21.750l20-11.5" stroke="var(--surface)" stroke-width="2.6" stroke-linecap="round" />
            <circle cx="16" cy="16" r="4.6" fill="currentColor" stroke="var(--surface)" stroke-width="2.6" />
        </svg>
    );
}
