// SPDX-License-Identifier: MIT

/// How many rows each line takes (0 hidden, more than 1 wrapped) and where it therefore stands: a
/// Fenwick tree, so that both questions cost a logarithm with a million lines too.
export class RowIndex {
    private heights = new Uint16Array(1024);
    private tree = new Float64Array(1025);
    private used = 0;

    get lines(): number {
        return this.used;
    }

    get rows(): number {
        return this.rowOf(this.used);
    }

    height(line: number): number {
        return line < this.used ? this.heights[line]! : 0;
    }

    push(height: number): void {
        if (this.used === this.heights.length) {
            const bigger = new Uint16Array(this.used * 2);
            bigger.set(this.heights);
            this.heights = bigger;
            this.build();
        }
        this.used += 1;
        this.set(this.used - 1, height);
    }

    set(line: number, height: number): void {
        const difference = height - this.heights[line]!;
        if (difference !== 0) {
            this.heights[line] = height;
            for (let i = line + 1; i < this.tree.length; i += i & -i) {
                this.tree[i]! += difference;
            }
        }
    }

    /// All heights anew: cheaper than setting them one by one.
    fill(height: (line: number) => number): void {
        for (let line = 0; line < this.used; line += 1) {
            this.heights[line] = height(line);
        }
        this.build();
    }

    clear(): void {
        this.used = 0;
        this.heights.fill(0);
        this.tree.fill(0);
    }

    /// Rows above a line.
    rowOf(line: number): number {
        let sum = 0;
        for (let i = Math.min(line, this.used); i > 0; i -= i & -i) {
            sum += this.tree[i]!;
        }
        return sum;
    }

    /// The visible line that covers a row; the last one where the row is beyond the end.
    lineAt(row: number): number {
        let line = 0;
        let rest = row;
        for (let step = 1 << Math.floor(Math.log2(this.heights.length)); step > 0; step >>= 1) {
            const next = line + step;
            if (next <= this.used && this.tree[next]! <= rest) {
                line = next;
                rest -= this.tree[next]!;
            }
        }
        return Math.max(0, Math.min(line, this.used - 1));
    }

    private build(): void {
        const size = this.heights.length;
        this.tree = new Float64Array(size + 1);
        for (let i = 1; i <= size; i += 1) {
            this.tree[i]! += this.heights[i - 1]!;
            const parent = i + (i & -i);
            if (parent <= size) {
                this.tree[parent]! += this.tree[i]!;
            }
        }
    }
}
