// SPDX-License-Identifier: MIT
// What the page and the log worker say to each other.
import type { LogUpdate } from './parser';

export type ToWorker =
    | { type: 'bytes'; epoch: number; data: Uint8Array }
    | { type: 'finish'; epoch: number }
    | { type: 'reset'; epoch: number };

export interface FromWorker {
    /// Of the log the update belongs to; an older one than the page's is dropped.
    epoch: number;
    /// Bytes that were read for it.
    consumed: number;
    update: LogUpdate;
}
