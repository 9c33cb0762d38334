// SPDX-License-Identifier: MIT
// Colours of the log and of the terminal: one palette, made for their dark ground, every one of the
// sixteen readable on it.
import { Attribute, trueColour, type Colour, type Style } from './style';

export const sixteen = [
    '#75818e', '#f0717b', '#6cc785', '#e3b653', '#6ea8fe', '#c792ea', '#5cc8d7', '#c9d1d9',
    '#8b949e', '#ff8b94', '#8ee6a4', '#f6cf73', '#93c1ff', '#dbb2ff', '#86e3f0', '#ffffff',
] as const;

/// Black as a ground; as text it would not be seen on the log's own.
export const blackGround = '#27313c';

const cube = [0, 95, 135, 175, 215, 255];

function hex(red: number, green: number, blue: number): string {
    return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/// xterm's 256 colours: sixteen, a cube of six by six by six, a ramp of grays.
export function paletteColour(index: number): string {
    if (index < 16) {
        return sixteen[index]!;
    }
    if (index < 232) {
        const place = index - 16;
        return hex(cube[Math.floor(place / 36)]!, cube[Math.floor(place / 6) % 6]!, cube[place % 6]!);
    }
    const gray = 8 + (index - 232) * 10;
    return hex(gray, gray, gray);
}

function css(colour: Colour, bold: boolean): string {
    if (colour === 0) {
        return '';
    }
    if (colour >= trueColour) {
        return `#${(colour - trueColour).toString(16).padStart(6, '0')}`;
    }
    // Bold makes the eight base colours bright, as terminals have always done.
    return paletteColour(colour <= 8 && bold ? colour + 7 : colour - 1);
}

function ground(colour: Colour): string {
    return colour === 1 ? blackGround : css(colour, false);
}

// A chosen row's ground, the lightest that a line without one of its own has (logrow.css).
const rowGround = '#202f42';
const defaultText = '#d6dde5';
const inverseText = '#0f1419';
// How far a dim text goes towards its ground.
const dimShare = 0.3;
// What WCAG AA asks for text of this size.
const leastContrast = 4.5;

function parts(colour: string): number[] {
    return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

function luminance(colour: string): number {
    const [red, green, blue] = parts(colour).map((part) => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

export function contrast(one: string, other: string): number {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high! + 0.05) / (low! + 0.05);
}

function mixed(colour: string, target: string, share: number): string {
    const aim = parts(target);
    const [red, green, blue] = parts(colour).map((part, index) => Math.round(part + (aim[index]! - part) * share));
    return hex(red!, green!, blue!);
}

// A log may have thousands of pairs (a picture in true colour); as many are kept as a screen shows.
const pairsKept = 4096;
const pairs = new Map<string, string>();

/// The colour, moved towards white or black until it can be read on its ground.
function readable(front: string, back: string): string {
    const key = front + back;
    const known = pairs.get(key);
    if (known) {
        return known;
    }
    const target = contrast('#ffffff', back) >= contrast('#000000', back) ? '#ffffff' : '#000000';
    let found = front;
    for (let share = 0.1; contrast(found, back) < leastContrast && share < 1.05; share += 0.1) {
        found = mixed(front, target, Math.min(1, share));
    }
    if (pairs.size >= pairsKept) {
        pairs.clear();
    }
    pairs.set(key, found);
    return found;
}

export type Paint = { color?: string; backgroundColor?: string };

export function paint({ foreground, background, attributes }: Style): Paint {
    const bold = (attributes & Attribute.Bold) !== 0;
    let front = css(foreground, bold);
    let back = ground(background);
    if (attributes & Attribute.Inverse) {
        [front, back] = [back || inverseText, front || defaultText];
    }
    if (attributes & Attribute.Dim) {
        front = mixed(front || defaultText, back || rowGround, dimShare);
    }
    if (front || back) {
        front = readable(front || defaultText, back || rowGround);
    }
    return { ...(front && { color: front }), ...(back && { backgroundColor: back }) };
}

const classes: [Attribute, string][] = [
    [Attribute.Bold, 'b'], [Attribute.Italic, 'i'], [Attribute.Underline, 'u'], [Attribute.Strike, 's'],
];

export function styleClass({ attributes }: Style): string {
    return classes.filter(([bit]) => attributes & bit).map(([, name]) => name).join(' ');
}
