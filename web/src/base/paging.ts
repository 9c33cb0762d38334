// SPDX-License-Identifier: MIT
import { list } from './api';

/// All pages of a list that is bounded by its nature (a pipeline's jobs, a project's variables).
export async function loadAll<T>(address: string): Promise<T[]> {
    const items: T[] = [];
    const mark = address.includes('?') ? '&' : '?';
    for (let page = 1, pages = 1; page <= pages; page += 1) {
        const answer = await list<T>(`${address}${mark}per_page=100&page=${page}`);
        items.push(...answer.items);
        pages = answer.totalPages;
    }
    return items;
}
