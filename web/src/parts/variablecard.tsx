// SPDX-License-Identifier: MIT
// Variables of a project, a group or the instance: one card for all three.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { send } from '../base/api';
import { loadAll } from '../base/paging';
import { useResource } from '../base/resource';
import type { Variable } from '../base/types';
import { Button } from './controls';
import { ask } from './dialog';
import { Absent } from './empty';
import { VariableDialog, variableAddress } from './variabledialog';

interface VariableRowProps {
    variable: Variable;
    scoped: boolean;
    onEdit: () => void;
    onRemove: () => unknown;
}

function VariableRow({ variable, scoped, onEdit, onRemove }: VariableRowProps) {
    const [shown, setShown] = useState(false);
    const hidden = variable.value === null;
    return (
        <tr data-testid="variable-row" data-key={variable.key}>
            <td class="mono">{variable.key}{variable.description && <p class="row-note">{variable.description}</p>}</td>
            <td class="mono clipped">{shown ? variable.value : '••••••••'}</td>
            <td>
                {variable.variable_type === 'file' && <span class="chip">file</span>}{hidden ? <span class="chip">hidden</span> : variable.masked && <span class="chip">masked</span>}
                {variable.protected && <span class="chip">protected</span>}{variable.raw && <span class="chip">raw</span>}
                {scoped && variable.environment_scope !== '*' && <span class="chip" title="Only jobs of these environments">{variable.environment_scope}</span>}
            </td>
            <td class="right nowrap">
                {hidden ? <span class="muted">never shown again </span> : <Button label={shown ? 'Hide' : 'Show'} kind="ghost" onPress={() => setShown(!shown)} />}
                <Button label="Edit" kind="ghost" testid="variable-edit" onPress={onEdit} />
                <Button label={`Delete ${variable.key}`} icon="trash" kind="ghost" bare testid="variable-delete" onPress={onRemove} />
            </td>
        </tr>
    );
}

interface VariableCardProps {
    /// Below /api/v4: where they live.
    base: string;
    title: string;
    /// The instance's are for every environment.
    scoped: boolean;
    note?: ComponentChildren;
}

export function VariableCard({ base, title, scoped, note }: VariableCardProps) {
    const variables = useResource(base, () => loadAll<Variable>(base));
    const [editing, setEditing] = useState<Variable | null | undefined>(undefined);
    const remove = async (variable: Variable) => {
        if (await ask({ title: `Delete ${variable.key}?`, text: 'Jobs that start later do not get it any more.', action: 'Delete', danger: true })) {
            await send('DELETE', variableAddress(base, variable, scoped));
            variables.reload();
        }
    };
    const close = (changed: boolean) => {
        setEditing(undefined);
        if (changed) {
            variables.reload();
        }
    };
    const rows = variables.value;
    return (
        <section class="card" data-testid="settings-variables">
            <div class="part-row"><h2>{title}</h2>{rows && <Button label="Add" icon="plus" testid="variable-add" onPress={() => setEditing(null)} />}</div>
            {note}
            {!rows && <Absent error={variables.error} reload={variables.reload} what="list of variables" />}
            {rows?.length === 0 && <p class="muted">None. Jobs get them as environment variables; they are stored encrypted.</p>}
            {rows && rows.length > 0 && (
                <div class="table-scroll"><table class="table variables">
                    <thead><tr><th>Name</th><th>Value</th><th>Kind</th><th><span class="off-screen">Actions</span></th></tr></thead>
                    <tbody>{rows.map((variable) => (
                        <VariableRow key={`${variable.key} ${variable.environment_scope}`} variable={variable} scoped={scoped}
                            onEdit={() => setEditing(variable)} onRemove={() => remove(variable)} />
                    ))}</tbody>
                </table></div>
            )}
            {editing !== undefined && <VariableDialog base={base} scoped={scoped} variable={editing} onClose={close} />}
        </section>
    );
}
