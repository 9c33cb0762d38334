// SPDX-License-Identifier: MIT
// The tab's icon carries the state of the run it shows, the title its word.
import { useEffect } from 'preact/hooks';
import { lookTone, lookWord, type Look, type Tone } from './states';

const colours: Record<Tone, string> = {
    good: '#1f8a54', bad: '#d13438', busy: '#2b74e2', wait: '#c98a00', warn: '#d9730d', quiet: '#7a8493', held: '#8250df',
};

const marks: Record<Tone, string> = {
    good: '<path d="M9 16.500l5 5 9-10"/>',
    bad: '<path d="M10.5 10.500l11 11M21.5 10.500l-11 11"/>',
    busy: '<path d="M16 7a9 9 0 1 1-9 9"/>',
    wait: '<path d="M16 9v7l5 3"/>',
    warn: '<path d="M16 8v10M16 23v.5"/>',
    quiet: '<path d="M10 16h12"/>',
    held: '<path d="M9 11l5 5-5 5M17 21h7"/>',
};

let plain = '';

function icon(tone: Tone): string {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="15" fill="${colours[tone]}"/>`
        + `<g fill="none" stroke="#fff" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round">${marks[tone]}</g></svg>`;
    return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

export function usePageTitle(title: string, look?: Look): void {
    useEffect(() => {
        const link = document.getElementById('favicon') as HTMLLinkElement | null;
        document.title = look ? `${lookWord(look)} · ${title} · Capstan` : `${title} · Capstan`;
        if (link) {
            plain ||= link.href;
            link.href = look ? icon(lookTone(look)) : plain;
        }
    }, [title, look]);
}
