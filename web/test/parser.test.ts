// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineKind } from '../src/log/linekind';
import { LogParser, type LogLine } from '../src/log/parser';
import type { Section } from '../src/log/sections';
import { trueColour } from '../src/log/style';

interface Model {
    lines: LogLine[];
    sections: Section[];
}

/// Feeds the pieces and keeps a model as the page does, from the updates alone.
function model(pieces: Uint8Array[]): Model {
    const parser = new LogParser();
    const result: Model = { lines: [], sections: [] };
    const take = () => {
        const update = parser.take();
        result.lines.push(...update.added);
        update.changed.forEach(({ index, line }) => { result.lines[index] = line; });
        update.sections.forEach((section) => { result.sections[section.id] = section; });
    };
    for (const piece of pieces) {
        parser.feed(piece);
        take();
    }
    parser.finish();
    take();
    return result;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const whole = (text: string): Model => model([encode(text)]);
const texts = (text: string): string[] => whole(text).lines.map((line) => line.text);

const stamp = (stream: string, flag: string): string => `2026-03-01T10:20:30.123456Z ${stream}${flag}`;
const esc = '\u001b';

const mixture = [
    `section_start:1560896352:get_sources[collapsed=true]\r${esc}[0K${esc}[36;1mGetting source${esc}[0;m\n`,
    'größe 🚢 ünïcode\n', `10%\r20%\r${esc}[32m100%${esc}[0m done\n`,
    `section_end:1560896354:get_sources\r${esc}[0K`,
    `${esc}[0Ksection_start:1560896355:build\r${esc}[0KBuilding\nline ${esc}[38;5;200mpink${esc}[48;2;1;2;3mboth${esc}[m plain\n`,
    `abc${esc}]0;title\u0007def${esc}P1$r0m${esc}\\ghi\n`, `tail of section_end:1560896360:build\r${esc}[0K\nlast without break`,
].join('');

test('gives the same lines wherever the bytes are cut', () => {
    const bytes = encode(mixture);
    const expected = model([bytes]);
    for (let cut = 1; cut < bytes.length; cut += 1) {
        assert.deepEqual(model([bytes.slice(0, cut), bytes.slice(cut)]), expected, `cut at ${cut}`);
    }
    assert.deepEqual(model([...bytes].map((byte) => Uint8Array.of(byte))), expected, 'byte by byte');
});

test('reads the mixture as a person would', () => {
    const { lines, sections } = whole(mixture);
    assert.deepEqual(lines.map((line) => line.text), ['Getting source', 'größe 🚢 ünïcode', '100% done', 'Building',
        'line pinkboth plain', 'abcdefghi', 'tail of ', 'last without break']);
    assert.deepEqual(sections.map(({ name, header, end, started, ended, collapsed }) => ({ name, header, end, started, ended, collapsed })), [
        { name: 'get_sources', header: 0, end: 3, started: 1560896352, ended: 1560896354, collapsed: true },
        { name: 'build', header: 3, end: 7, started: 1560896355, ended: 1560896360, collapsed: false },
    ]);
    assert.deepEqual(lines[4]!.runs, [5, 201, 0, 0, 9, 201, trueColour + 0x010203, 0, 13, 0, 0, 0]);
});

const rows: { name: string; input: string; lines: string[] }[] = [
    { name: 'keeps empty lines', input: 'a\n\nb\n', lines: ['a', '', 'b'] },
    { name: 'takes CR LF as one break', input: 'a\r\nb\r\n', lines: ['a', 'b'] },
    { name: 'overwrites after a carriage return', input: 'Downloading 10%\rDone\n', lines: ['Doneloading 10%'] },
    { name: 'erases the rest of the line', input: `Downloading 10%\rDone${esc}[K\n`, lines: ['Done'] },
    { name: 'erases the whole line', input: `abc${esc}[2Kx\n`, lines: ['x'] },
    { name: 'goes back over a backspace', input: 'ab\b\bxy\n', lines: ['xy'] },
    { name: 'drops cursor movement over lines', input: `a${esc}[2Ab${esc}[10;10Hc\n`, lines: ['abc'] },
    { name: 'drops a window title', input: `a${esc}]0;<img src=x>\u0007b\n`, lines: ['ab'] },
    { name: 'drops a clipboard write', input: `a${esc}]52;c;ZXZpbA==${esc}\\b\n`, lines: ['ab'] },
    { name: 'drops a hyperlink but keeps its text', input: `${esc}]8;;javascript:alert(1)${esc}\\click${esc}]8;;${esc}\\\n`, lines: ['click'] },
    { name: 'ends an unclosed string at the line', input: `a${esc}]0;never closed\nb\n`, lines: ['a', 'b'] },
    { name: 'ends an unclosed control at the line', input: `a${esc}[31\nb\n`, lines: ['a', 'b'] },
    { name: 'drops charset choices', input: `${esc}(Ba${esc}7b${esc}=c\n`, lines: ['abc'] },
    { name: 'drops other control characters', input: 'a\u0000\u0007\u000e\u007fb\n', lines: ['ab'] },
    { name: 'reads C1 controls', input: 'a\u009b31mb\u009d0;t\u009cc\n', lines: ['abc'] },
    { name: 'defuses direction overrides', input: 'a\u202eb\u2066c\n', lines: ['a\ufffdb\ufffdc'] },
    { name: 'leaves markup as text', input: '<script>alert(1)</script>\n', lines: ['<script>alert(1)</script>'] },
    { name: 'does not take a marker without its carriage return', input: 'section_start:1:x\n', lines: ['section_start:1:x'] },
    { name: 'shows a section without title as an empty line', input: 'section_start:1:x\r\u001b[0K\nb\n', lines: ['', 'b'] },
    { name: 'makes no line of an end marker', input: 'a\nsection_end:1:x\r\u001b[0K\nb\n', lines: ['a', 'b'] },
    { name: 'reads invalid UTF-8 as replacement', input: 'ok\n', lines: ['ok'] },
    { name: 'takes times off', input: `${stamp('00O', ' ')}hello\n${stamp('01E', ' ')}world\n`, lines: ['hello', 'world'] },
    { name: 'joins continued lines of a stream', input: `${stamp('01O', ' ')}one\n${stamp('01E', ' ')}err\n${stamp('01O', '+')} more\n`, lines: ['one more', 'err'] },
    { name: 'lets a continued line overwrite', input: `${stamp('01O', ' ')}10%\r\n${stamp('01O', '+')}20%\r\n${stamp('01O', '+')}30%\n`, lines: ['30%'] },
    { name: 'finds a prefix behind a carriage return', input: `${stamp('01O', ' ')}10%\r${stamp('01O', '+')}20%\r${stamp('01O', '+')}100%\n`, lines: ['100%'] },
    { name: 'finds a continued section title', input: `${stamp('00O', ' ')}section_start:5:s\r${stamp('00O', '+')}${esc}[0KTitle\n${stamp('00O', ' ')}section_end:6:s\r${esc}[0K\n`, lines: ['Title'] },
    { name: 'takes a carriage return that no prefix follows', input: `${stamp('01O', ' ')}10%\r2026 \n`, lines: ['2026 '] },
    { name: 'takes what only looks like a time as text', input: '2026-03-01T10:20:30 no\n2026-03-01T10:20:30.123456Z xyz\n', lines: ['2026-03-01T10:20:30 no', '2026-03-01T10:20:30.123456Z xyz'] },
    { name: 'finds markers behind a time', input: `${stamp('00O', ' ')}section_start:5:s\r${esc}[0KTitle\n${stamp('00O', ' ')}section_end:6:s\r${esc}[0K\n${stamp('00O', ' ')}x\n`, lines: ['Title', 'x'] },
];

for (const { name, input, lines } of rows) {
    test(name, () => {
        assert.deepEqual(texts(input), lines);
        assert.deepEqual(model([...encode(input)].map((byte) => Uint8Array.of(byte))), whole(input), 'byte by byte');
    });
}

test('keeps the time of a line', () => {
    assert.equal(whole(`${stamp('00O', ' ')}hello\n`).lines[0]!.time, Date.parse('2026-03-01T10:20:30.123Z'));
});

test('survives bytes that are no text', () => {
    assert.deepEqual(model([Uint8Array.of(0x61, 0xff, 0xc3, 0x28, 0x0a)]).lines.map((line) => line.text), ['a\ufffd\ufffd(']);
});

test('breaks a line without end into bounded ones', () => {
    const { lines } = whole('x'.repeat(100000));
    assert.ok(lines.every((line) => line.text.length <= 16384));
    assert.equal(lines.reduce((sum, line) => sum + line.text.length, 0), 100000);
});

test('bounds a control sequence without end', () => {
    const { lines } = whole(`${esc}[${'1;'.repeat(50000)}mtext\n`);
    assert.ok(lines.length > 0);
});

test('ignores an end without a start, and closes what was left open inside', () => {
    const { sections } = whole('section_end:1:nothing\rsection_start:1:a\rA\nsection_start:2:b\rB\nx\nsection_end:9:a\r\n');
    assert.deepEqual(sections.map(({ name, end, ended, depth }) => ({ name, end, ended, depth })), [
        { name: 'a', end: 3, ended: 9, depth: 0 }, { name: 'b', end: 3, ended: 9, depth: 1 }]);
});

test('bounds the number of sections', () => {
    const { sections } = whole('section_start:1:a\r\nsection_end:1:a\r\n'.repeat(30000));
    assert.ok(sections.length <= 20000);
});

test('carries colours over lines and resets them', () => {
    const { lines } = whole(`${esc}[31mred\nstill${esc}[0m not\n${esc}[1;4;97;44mall\n`);
    assert.deepEqual(lines.map((line) => line.runs), [[0, 2, 0, 0], [0, 2, 0, 0, 5, 0, 0, 0], [0, 16, 5, 9]]);
});

test('knows the colon forms of colours', () => {
    const { lines } = whole(`${esc}[38:2::1:2:3ma${esc}[48:5:7mb${esc}[4:0mc\n`);
    assert.deepEqual(lines[0]!.runs, [0, trueColour + 0x010203, 0, 0, 1, trueColour + 0x010203, 8, 0]);
});

test('leaves out colours that are none', () => {
    const { lines } = whole(`${esc}[38;5;999ma${esc}[38;2;1;2;300mb${esc}[38mc${esc}[>4;2md\n`);
    assert.deepEqual(lines.map((line) => [line.text, line.runs]), [['abcd', null]]);
});

test('marks errors and warnings', () => {
    const { lines } = whole('ERROR: Job failed: exit code 1\nmain.cpp:3:1: error: expected ;\nmain.cpp:4:2: warning: unused\n0 errors\nfine\n');
    assert.deepEqual(lines.map((line) => line.kind), [LineKind.Error, LineKind.Error, LineKind.Warning, LineKind.Plain, LineKind.Plain]);
});
