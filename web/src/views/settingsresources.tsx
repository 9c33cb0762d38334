// SPDX-License-Identifier: MIT
import { projectApi, send } from '../base/api';
import type { ResourceGroup } from '../base/entities';
import { loadAll } from '../base/paging';
import { useResource } from '../base/resource';
import { Select } from '../parts/controls';
import { Absent } from '../parts/empty';
import { toast, toastError } from '../parts/toast';

const modes = [
    ['unordered', 'Whichever is ready'], ['oldest_first', 'Oldest first'], ['newest_first', 'Newest first'],
    ['newest_ready_first', 'Newest of the ready'],
] as const;

export function ResourceSettings({ path }: { path: string }) {
    const base = `${projectApi(path)}/resource_groups`;
    const groups = useResource(base, () => loadAll<ResourceGroup>(base));
    const change = (group: ResourceGroup, mode: string) => {
        send('PUT', `${base}/${encodeURIComponent(group.key)}`, { process_mode: mode }).then(() => toast('Saved.'), toastError).finally(groups.reload);
    };
    return (
        <section class="card" data-testid="settings-resources">
            <h2>Resource groups</h2>
            {!groups.value && <Absent error={groups.error} reload={groups.reload} what="list of resource groups" />}
            {groups.value?.length === 0 && <p class="muted">None yet. Jobs with the same <code>resource_group</code> run one at a time; a group is listed here after its first job.</p>}
            <ul class="plain-rows">
                {groups.value?.map((group) => (
                    <li key={group.id} data-testid="resource-row" data-key={group.key}>
                        <b class="grow mono">{group.key}</b>
                        <Select label={`Which waiting job of ${group.key} is next`} value={group.process_mode} options={modes} testid="resource-mode" onChange={(mode) => change(group, mode)} />
                    </li>
                ))}
            </ul>
        </section>
    );
}
