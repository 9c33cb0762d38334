// SPDX-License-Identifier: MIT
import { get } from '../base/api';
import type { Group } from '../base/entities';
import { usePageTitle } from '../base/favicon';
import { useResource } from '../base/resource';
import { Absent } from '../parts/empty';
import { Layout } from '../parts/layout';
import { VariableCard } from '../parts/variablecard';

export function GroupSettingsPage({ path }: { path: string }) {
    usePageTitle(`Variables · ${path}`);
    const address = `/groups/${encodeURIComponent(path)}`;
    const group = useResource(address, () => get<Group>(address));
    return (
        <Layout crumbs={[{ label: 'Projects', href: '/' }, { label: path }, { label: 'Variables' }]}>
            {!group.value && <Absent error={group.error} reload={group.reload} what="group" />}
            {group.value && (
                <div class="settings">
                    <div class="head"><h1>{group.value.name}</h1></div>
                    <VariableCard base={`/groups/${group.value.id}/variables`} title="CI variables of the group" scoped
                        note={<p class="muted">For the jobs of every project below {group.value.full_path}. A project’s own variable of the same name counts more.</p>} />
                </div>
            )}
        </Layout>
    );
}
