// SPDX-License-Identifier: MIT

/// Where the known part of a log ends. Pieces come from a fetch and from the live socket at the same
/// time; each is placed by its offset in the log, so none is taken twice and no hole is left.
export class LogTail {
    /// The first byte that is not known.
    end = 0;

    /// What of a piece that begins at `at` is new; null when bytes before it are missing.
    take(at: number, piece: Uint8Array): Uint8Array | null {
        if (at > this.end) {
            return null;
        }
        const fresh = piece.subarray(Math.min(piece.length, this.end - at));
        this.end += fresh.length;
        return fresh;
    }

    restart(): void {
        this.end = 0;
    }
}
