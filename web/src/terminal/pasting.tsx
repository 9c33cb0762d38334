// SPDX-License-Identifier: MIT
import { count } from '../base/format';
import { ask } from '../parts/dialog';
import { cleanPaste, largestPaste, needsQuestion, preview } from './paste';

/// Hands the cleaned text on, after a question where it has several lines.
export async function askAndPaste(text: string, paste: (clean: string) => void): Promise<void> {
    const clean = cleanPaste(text);
    if (!clean) {
        return;
    }
    if (clean.length > largestPaste) {
        throw new Error('That is too much to paste into a terminal.');
    }
    const lines = clean.replace(/\n$/, '').split('\n').length;
    const sure = !needsQuestion(clean) || await ask({
        title: `Paste ${count(lines, 'line')}?`, action: 'Paste',
        text: <><p>Each line may run as a command.</p><pre class="preview">{preview(clean)}</pre></>,
    });
    if (sure) {
        paste(clean);
    }
}

export async function pasteFromClipboard(): Promise<string> {
    if (!navigator.clipboard?.readText) {
        throw new Error('The browser lets the page read the clipboard only over https; paste with the keyboard instead.');
    }
    return navigator.clipboard.readText();
}
