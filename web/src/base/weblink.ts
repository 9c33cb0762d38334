// SPDX-License-Identifier: MIT

/// Whether an address that a stranger gave may become a link.
export function isWebLink(address: string | null | undefined): address is string {
    return /^https?:\/\//i.test(address ?? '');
}
