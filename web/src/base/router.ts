// SPDX-License-Identifier: MIT
import { computed, signal } from '@preact/signals';
import { parseRoute } from './routes';

const place = signal({ path: location.pathname, search: location.search, hash: location.hash });

export const route = computed(() => parseRoute(place.value.path));
export const query = computed(() => new URLSearchParams(place.value.search));
export const hash = computed(() => place.value.hash);
export const address = computed(() => place.value.path + place.value.search);

/// Set while leaving the page would lose something; the text is what the reader is asked.
export const leaveQuestion = signal('');

function read(): void {
    place.value = { path: location.pathname, search: location.search, hash: location.hash };
}

function mayLeave(path: string): boolean {
    return !leaveQuestion.value || path === place.value.path || window.confirm(leaveQuestion.value);
}

export function navigate(to: string, { replace = false } = {}): void {
    const url = new URL(to, location.href);
    if (url.origin !== location.origin || !mayLeave(url.pathname)) {
        return;
    }
    const samePath = url.pathname === location.pathname;
    history[replace ? 'replaceState' : 'pushState'](null, '', url);
    read();
    if (!samePath) {
        window.scrollTo(0, 0);
    }
}

/// Changes the fragment without a new entry in the history.
export function setHash(text: string): void {
    history.replaceState(null, '', location.pathname + location.search + text);
    read();
}

function isPage(link: HTMLAnchorElement): boolean {
    return link.origin === location.origin && !link.target && !link.hasAttribute('download')
        && !/^\/(api|assets)\//.test(link.pathname);
}

function followLink(event: MouseEvent): void {
    const link = (event.target as Element | null)?.closest?.('a');
    if (!link || !link.href || event.defaultPrevented || event.button !== 0
        || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || !isPage(link)) {
        return;
    }
    event.preventDefault();
    const place = placeOnPage(link);
    if (place) {
        place.focus();
        place.scrollIntoView({ block: 'nearest' });
    } else {
        navigate(link.href);
    }
}

/// What a link within the page leads to. The address stays: its fragment may name a log's lines.
function placeOnPage(link: HTMLAnchorElement): HTMLElement | null {
    const isHere = link.pathname === location.pathname && link.search === location.search;
    return isHere && link.hash ? document.getElementById(link.hash.slice(1)) : null;
}

export function startRouter(): void {
    document.addEventListener('click', followLink);
    window.addEventListener('popstate', () => {
        if (!mayLeave(location.pathname)) {
            history.pushState(null, '', place.value.path + place.value.search + place.value.hash);
            return;
        }
        read();
    });
    window.addEventListener('hashchange', read);
    window.addEventListener('beforeunload', (event) => {
        if (leaveQuestion.value) {
            event.preventDefault();
        }
    });
}
