// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { projectApi, send } from '../base/api';
import { loadAll } from '../base/paging';
import { useResource } from '../base/resource';
import { Button, Input } from '../parts/controls';
import { Absent } from '../parts/empty';
import { Form } from '../parts/form';
import { Icon } from '../parts/icons';

export function BranchSettings({ path }: { path: string }) {
    const base = `${projectApi(path)}/protected_branches`;
    const branches = useResource(base, () => loadAll<{ id: number; name: string }>(base));
    const [name, setName] = useState('');
    const add = async () => {
        if (!name.trim()) {
            return;
        }
        await send('POST', base, { name: name.trim() });
        setName('');
        branches.reload();
    };
    const remove = async (branch: string) => {
        await send('DELETE', `${base}/${encodeURIComponent(branch)}`);
        branches.reload();
    };
    return (
        <section class="card" data-testid="settings-branches">
            <h2>Protected branches</h2>
            <p class="muted">Only maintainers push to them; only their pipelines get protected variables and runners. A * stands for any text.</p>
            {!branches.value && <Absent error={branches.error} reload={branches.reload} what="list of branches" />}
            <ul class="plain-rows">
                {branches.value?.map((branch) => (
                    <li key={branch.id} data-testid="branch-row" data-name={branch.name}>
                        <span class="grow with-icon"><Icon name="lock" size={13} /><code>{branch.name}</code></span>
                        <Button label={`Unprotect ${branch.name}`} icon="trash" kind="ghost" bare onPress={() => remove(branch.name)} />
                    </li>
                ))}
            </ul>
            <Form class="add-row" onSend={add}>
                <Input value={name} onText={setName} placeholder="main, release/*" aria-label="Branch" testid="branch-name" />
                <Button label="Protect" icon="lock" disabled={!name.trim()} type="submit" testid="branch-add" />
            </Form>
        </section>
    );
}
