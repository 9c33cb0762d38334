// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { Button } from './controls';

/// navigator.clipboard exists only on https and localhost; elsewhere the old way through a selection.
export async function copyText(text: string): Promise<void> {
    if (navigator.clipboard) {
        await navigator.clipboard.writeText(text);
        return;
    }
    const area = document.createElement('textarea');
    area.value = text;
    area.readOnly = true;
    area.className = 'off-screen';
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    if (!done) {
        throw new Error('The browser does not let the page copy; select the text by hand.');
    }
}

export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
    const [done, setDone] = useState(false);
    const copy = async () => {
        await copyText(text);
        setDone(true);
        window.setTimeout(() => setDone(false), 1500);
    };
    return <Button label={done ? 'Copied' : label} icon={done ? 'check' : 'copy'} kind="ghost" bare onPress={copy} />;
}

export function Snippet({ text, testid }: { text: string; testid?: string }) {
    return <div class="snippet"><pre data-testid={testid}>{text}</pre><CopyButton text={text} /></div>;
}
