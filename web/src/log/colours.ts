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

export type Paint = { color?: string; backgroundColor?: string };

export function paint({ foreground, background, attributes }: Style): Paint {
    const bold = (attributes & Attribute.Bold) !== 0;
    let front = css(foreground, bold);
    let back = ground(background);
    if (attributes & Attribute.Inverse) {
        [front, back] = [back || 'var(--log-ground)', front || 'var(--log-text)'];
    }
    return { ...(front && { color: front }), ...(back && { backgroundColor: back }) };
}

const classes: [Attribute, string][] = [
    [Attribute.Bold, 'b'], [Attribute.Dim, 'd'], [Attribute.Italic, 'i'], [Attribute.Underline, 'u'], [Attribute.Strike, 's'],
];

export function styleClass({ attributes }: Style): string {
    return classes.filter(([bit]) => attributes & bit).map(([, name]) => name).join(' ');
}
