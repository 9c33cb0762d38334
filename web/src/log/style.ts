// SPDX-License-Identifier: MIT
// SGR: what colour and weight a piece of a log has, as three numbers.

/// 0 is the default, 1…256 the palette's entry plus one, from `trueColour` on 24-bit RGB.
export type Colour = number;

export const trueColour = 0x1000000;

export enum Attribute {
    Bold = 1,
    Dim = 2,
    Italic = 4,
    Underline = 8,
    Inverse = 16,
    Strike = 32,
}

export interface Style {
    readonly foreground: Colour;
    readonly background: Colour;
    readonly attributes: number;
}

export const plainStyle: Style = { foreground: 0, background: 0, attributes: 0 };

const setters: Record<number, number> = {
    1: Attribute.Bold, 2: Attribute.Dim, 3: Attribute.Italic, 4: Attribute.Underline, 7: Attribute.Inverse, 9: Attribute.Strike,
};

const clearers: Record<number, number> = {
    21: Attribute.Bold, 22: Attribute.Bold | Attribute.Dim, 23: Attribute.Italic, 24: Attribute.Underline,
    27: Attribute.Inverse, 29: Attribute.Strike,
};

const isByte = (value: number | undefined): value is number => value !== undefined && value >= 0 && value <= 255;

/// Reads the colour after 38 or 48: how many parameters it took, and the colour unless it is broken.
function extended(parameters: number[], at: number): { used: number; colour?: Colour } {
    if (parameters[at] === 5) {
        const index = parameters[at + 1];
        return { used: 2, colour: isByte(index) ? index + 1 : undefined };
    }
    if (parameters[at] === 2) {
        const [red, green, blue] = parameters.slice(at + 1, at + 4);
        const good = isByte(red) && isByte(green) && isByte(blue);
        return { used: 4, colour: good ? trueColour + (red << 16) + (green << 8) + blue : undefined };
    }
    return { used: 1 };
}

/// "38:2::1:2:3" and "38:2:1:2:3" both become 38, 2, 1, 2, 3.
function withoutColons(text: string): number[] {
    const parts = text.split(':').map(Number);
    if ((parts[0] === 38 || parts[0] === 48) && parts[1] === 2 && parts.length > 5) {
        parts.splice(2, 1);
    }
    // 4:0 is "no underline", 4:3 a curly one.
    return parts[0] === 4 && parts.length > 1 ? [parts[1] === 0 ? 24 : 4] : parts;
}

function basic(style: Style, code: number): Style {
    if (code === 0) {
        return plainStyle;
    }
    if (setters[code] !== undefined) {
        return { ...style, attributes: style.attributes | setters[code] };
    }
    if (clearers[code] !== undefined) {
        return { ...style, attributes: style.attributes & ~clearers[code] };
    }
    const inRange = (low: number) => code >= low && code <= low + 7;
    if (inRange(30) || inRange(90)) {
        return { ...style, foreground: code < 90 ? code - 29 : code - 81 };
    }
    if (inRange(40) || inRange(100)) {
        return { ...style, background: code < 100 ? code - 39 : code - 91 };
    }
    if (code === 39) {
        return { ...style, foreground: 0 };
    }
    return code === 49 ? { ...style, background: 0 } : style;
}

/// The style after `ESC [ text m`. Whatever it does not know it leaves out.
export function applySgr(style: Style, text: string): Style {
    let result = style;
    const parameters = text.split(';').flatMap((part) => part.includes(':') ? withoutColons(part) : [Number(part)]);
    for (let i = 0; i < parameters.length; i += 1) {
        const code = parameters[i]!;
        if (code === 38 || code === 48) {
            const { used, colour } = extended(parameters, i + 1);
            if (colour !== undefined) {
                result = code === 38 ? { ...result, foreground: colour } : { ...result, background: colour };
            }
            i += used;
        } else {
            result = basic(result, code);
        }
    }
    return result;
}
