// SPDX-License-Identifier: MIT
import type { Page } from '../base/api';
import { address, navigate, query } from '../base/router';

/// Changes one value of the address's query and goes there.
export function setQuery(changes: Record<string, string>): void {
    const next = new URLSearchParams(query.value);
    for (const [key, value] of Object.entries(changes)) {
        if (value) {
            next.set(key, value);
        } else {
            next.delete(key);
        }
    }
    const text = next.toString();
    navigate(address.value.split('?')[0] + (text ? `?${text}` : ''));
}

interface PagerProps<T> {
    page: Page<T>;
    /// Where the newest are not the first.
    labels?: readonly [string, string];
}

export function Pager<T>({ page, labels = ['Newer', 'Older'] }: PagerProps<T>) {
    if (page.totalPages <= 1) {
        return null;
    }
    const link = (target: number, label: string, off: boolean) => (
        <button type="button" class="button plain" disabled={off} onClick={() => setQuery({ page: String(target) })}>{label}</button>
    );
    return (
        <nav class="pager" aria-label="Pages">
            {link(page.page - 1, labels[0], page.page <= 1)}
            <span class="muted">Page {page.page} of {page.totalPages}</span>
            {link(page.page + 1, labels[1], page.page >= page.totalPages)}
        </nav>
    );
}
