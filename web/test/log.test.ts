// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contrast, paint } from '../src/log/colours';
import { ScrollScale } from '../src/log/scale';
import { Attribute } from '../src/log/style';
import { linesHash, parseLines } from '../src/log/permalink';
import { RowIndex } from '../src/log/rowindex';
import { LogSearch } from '../src/log/search';
import { links, segments } from '../src/log/segments';
import { LineKind } from '../src/log/linekind';

test('finds lines by row and rows by line', () => {
    const rows = new RowIndex();
    const heights = Array.from({ length: 5000 }, (_, line) => [1, 0, 3, 1, 2][line % 5]!);
    heights.forEach((height) => rows.push(height));
    let row = 0;
    heights.forEach((height, line) => {
        assert.equal(rows.rowOf(line), row);
        for (let part = 0; part < height; part += 1) {
            assert.equal(rows.lineAt(row + part), line);
        }
        row += height;
    });
    assert.equal(rows.rows, row);
    rows.set(2, 1);
    assert.equal(rows.rows, row - 2);
    rows.fill((line) => line < 10 ? 0 : 1);
    assert.equal(rows.rows, 4990);
    assert.equal(rows.lineAt(0), 10);
    assert.equal(rows.lineAt(999999), 4999);
    rows.clear();
    assert.equal(rows.rows, 0);
    assert.equal(rows.lineAt(0), 0);
});

test('reads and writes line addresses', () => {
    assert.deepEqual(parseLines('#L12'), { first: 12, last: 12 });
    assert.deepEqual(parseLines('#L20-L12'), { first: 12, last: 20 });
    assert.deepEqual(parseLines('#L12-20'), { first: 12, last: 20 });
    for (const bad of ['', '#L', '#L0', '#12', '#L1-', '#L99999999999', '#L1<script>']) {
        assert.equal(parseLines(bad), null, bad);
    }
    assert.equal(linesHash({ first: 3, last: 3 }), '#L3');
    assert.equal(linesHash({ first: 3, last: 9 }), '#L3-L9');
});

const linkRows: [string, string[]][] = [
    ['see https://example.org/a?b=c#d.', ['https://example.org/a?b=c#d']],
    ['(http://example.org/x)', ['http://example.org/x']],
    ['https://en.example.org/a_(b)', ['https://en.example.org/a_(b)']],
    ['javascript://example.org/%0aalert(1) data://x file:///etc/passwd', []],
    ['two http://a.b, and http://c.d', ['http://a.b', 'http://c.d']],
    ['http://', []],
];
for (const [text, expected] of linkRows) {
    test(`finds links in: ${text}`, () => {
        assert.deepEqual(links(text).map(({ start, end }) => text.slice(start, end)), expected);
    });
}

test('cuts a line at colours, hits and links', () => {
    const pieces = segments({
        text: 'go http://x.y now', runs: [0, 2, 0, 0, 5, 0, 0, 1], hits: [{ start: 14, end: 17, current: true }],
    });
    assert.equal(pieces.map(({ text }) => text).join(''), 'go http://x.y now');
    assert.deepEqual(pieces.map(({ text, link, hit }) => [text, link, hit]), [
        ['go ', '', 'none'], ['ht', 'http://x.y', 'none'], ['tp://x.y', 'http://x.y', 'none'], [' ', '', 'none'], ['now', '', 'current']]);
    assert.equal(pieces[0]!.style.foreground, 2);
    assert.equal(pieces[4]!.style.attributes, 1);
});

test('searches without regard to case and goes on as the log grows', () => {
    const line = (text: string) => ({ text, runs: null, time: 0, kind: LineKind.Plain });
    const lines = [line('One one'), line('two'), line('ONE')];
    const search = new LogSearch('oNe');
    search.advance(lines, false);
    assert.deepEqual(search.places.map((place) => [place.line, place.start]), [[0, 0], [0, 4]]);
    lines.push(line('x'));
    search.advance(lines, false);
    search.advance(lines, true);
    assert.deepEqual(search.places.map((place) => [place.line, place.start]), [[0, 0], [0, 4], [2, 0]]);
    const nothing = new LogSearch('');
    nothing.advance(lines, true);
    assert.equal(nothing.places.length, 0);
});

const grounds = [0, ...Array.from({ length: 256 }, (_, index) => index + 1)];
for (const [what, attributes] of [['plain', 0], ['bold', Attribute.Bold], ['dim', Attribute.Dim], ['inverse', Attribute.Inverse]] as const) {
    test(`every colour can be read on every ground: ${what}`, () => {
        for (const foreground of grounds) {
            for (const background of [0, ...Array.from({ length: 16 }, (_, index) => index + 1)]) {
                const { color = '#d6dde5', backgroundColor = '#202f42' } = paint({ foreground, background, attributes });
                assert.ok(contrast(color, backgroundColor) >= 4.5, `${foreground} on ${background}: ${color} on ${backgroundColor}`);
            }
        }
    });
}

const scales: [string, number, number][] = [['a log of any size', 200_000 * 20, 15_000_000], ['one that is too tall for an element', 3_000_000 * 20, 15_000_000], ['one that is shorter than the window', 100, 15_000_000]];
for (const [what, full, most] of scales) {
    test(`scrolls from the first to the last line of ${what}`, () => {
        const scale = new ScrollScale(full, 600, most);
        assert.ok(scale.space <= most);
        assert.equal(scale.toLog(0), 0);
        assert.ok(Math.abs(scale.toLog(scale.space - 600) - (full - 600)) < 0.01);
        const middle = Math.max(0, full / 2);
        assert.ok(Math.abs(scale.toLog(scale.toScroll(middle)) - middle) < 0.01);
    });
}
