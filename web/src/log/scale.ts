// SPDX-License-Identifier: MIT

// Browsers lay out nothing taller: Firefox ends at 17.9 million pixels, which are 895,000 lines.
export const tallest = 15_000_000;

/// Between where a scroll bar stands and where that is in the log. They are the same until the log is
/// taller than an element can be; from there on a pixel of the scroll bar is more than one of the log.
export class ScrollScale {
    readonly space: number;
    private readonly factor: number;

    /// `full`: the height of all rows; `shown`: of what is seen of them.
    constructor(readonly full: number, shown: number, most = tallest) {
        this.space = Math.min(full, most);
        this.factor = full > most && most > shown ? (full - shown) / (most - shown) : 1;
    }

    get isScaled(): boolean {
        return this.factor !== 1;
    }

    toLog(scroll: number): number {
        return scroll * this.factor;
    }

    toScroll(top: number): number {
        return top / this.factor;
    }
}
