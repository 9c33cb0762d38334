// SPDX-License-Identifier: MIT
// Escape sequences, character by character: where one ends, and what it was when it is of a kind that
// counts in a log (CSI). OSC, DCS, APC, PM and SOS are swallowed whole.

enum Mode { Escape, Control, Text, TextEscape, Charset }

export type Taken =
    /// The sequence goes on.
    | 'inside'
    /// It ended with this character.
    | 'end'
    /// It ended, and was a CSI sequence: see `final` and `parameters`.
    | 'control'
    /// It is broken off; the character is not part of it.
    | 'outside';

// A control sequence longer than this is garbage.
const longest = 128;
const textStarters = '\u0090\u0098\u009d\u009e\u009f';

export class Sequence {
    final = '';
    parameters = '';
    private mode = Mode.Escape;

    /// Whether the character begins a sequence.
    begin(char: string): boolean {
        if (char === '\u001b') {
            this.mode = Mode.Escape;
        } else if (char === '\u009b') {
            this.mode = Mode.Control;
        } else if (textStarters.includes(char)) {
            this.mode = Mode.Text;
        } else {
            return false;
        }
        this.parameters = '';
        return true;
    }

    take(char: string): Taken {
        // A line break ends whatever was begun: an unclosed sequence must not swallow the log.
        if (char === '\n') {
            return 'outside';
        }
        if (char === '\u0018' || char === '\u001a') {
            return 'end';
        }
        if (this.mode === Mode.Text || this.mode === Mode.TextEscape) {
            return this.takeText(char);
        }
        if (char === '\u001b') {
            this.begin(char);
            return 'inside';
        }
        if (this.mode === Mode.Escape) {
            return this.takeEscape(char);
        }
        return this.mode === Mode.Control ? this.takeControl(char) : 'end';
    }

    private takeText(char: string): Taken {
        if (char === '\u0007' || char === '\u009c' || (this.mode === Mode.TextEscape && char === '\\')) {
            return 'end';
        }
        this.mode = char === '\u001b' ? Mode.TextEscape : Mode.Text;
        return 'inside';
    }

    private takeEscape(char: string): Taken {
        if (char === '[') {
            this.mode = Mode.Control;
        } else if (']PX^_'.includes(char)) {
            this.mode = Mode.Text;
        } else if (' #%()*+-./'.includes(char)) {
            // "ESC ( B" and its like have one character more.
            this.mode = Mode.Charset;
        } else {
            return 'end';
        }
        return 'inside';
    }

    private takeControl(char: string): Taken {
        if (char >= ' ' && char <= '?' && this.parameters.length < longest) {
            this.parameters += char;
            return 'inside';
        }
        this.final = char;
        return char >= '@' && char <= '~' ? 'control' : 'outside';
    }
}
