// SPDX-License-Identifier: MIT

/// Whether one of the project's patterns covers a branch: `*` stands for anything, `/` too.
export function isProtected(patterns: readonly string[], ref: string): boolean {
    return patterns.some((pattern) => {
        const text = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
        return new RegExp(`^${text}$`, 's').test(ref);
    });
}
