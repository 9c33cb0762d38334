// SPDX-License-Identifier: MIT
import { signal } from '@preact/signals';
import { shortcuts, useShortcuts } from '../base/keys';
import { singleKeys, terminalReader } from '../base/preferences';
import { navigate, route } from '../base/router';
import { session } from '../base/api';
import { Check } from './controls';
import { Dialog } from './dialog';

export const helpShown = signal(false);

const terminalKeys = [
    ['Ctrl+Shift+C', 'Copy the selection'],
    ['Ctrl+Shift+V', 'Paste'],
    ['Ctrl+Shift+F', 'Search'],
    ['Ctrl+Shift+L', 'Leave the terminal; Ctrl+Shift+Esc does, too, where the system leaves it to the page'],
];

/// The shortcuts of every page, and the dialog that lists all of them.
export function Help() {
    const project = route.value.project;
    useShortcuts([
        { keys: '?', label: 'This list', run: () => { helpShown.value = true; } },
        { keys: 'g h', label: 'All projects', run: () => navigate('/') },
        ...(project ? [{ keys: 'g p', label: 'Pipelines of this project', run: () => navigate(`/${project}/-/pipelines`) }] : []),
        ...(session.value?.user.is_admin ? [{ keys: 'g r', label: 'Runners', run: () => navigate('/admin/runners') }] : []),
    ]);
    if (!helpShown.value) {
        return null;
    }
    return (
        <Dialog title="Keyboard" testid="help-dialog" onClose={() => { helpShown.value = false; }}>
            <div class="dialog-text">
                <dl class="keys">
                    {shortcuts.value.map(({ keys, label }) => (
                        <div key={keys}><dt>{keys.split(' ').map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{label}</dd></div>
                    ))}
                </dl>
                <h3>In a terminal</h3>
                <dl class="keys">
                    {terminalKeys.map(([keys, label]) => <div key={keys}><dt><kbd>{keys}</kbd></dt><dd>{label}</dd></div>)}
                </dl>
                <Check label="Single-key shortcuts" checked={singleKeys.value} onChange={(on) => { singleKeys.value = on; }} />
                <Check label="Terminals for screen readers" checked={terminalReader.value} onChange={(on) => { terminalReader.value = on; }} />
            </div>
        </Dialog>
    );
}
