// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { ApiError, get, projectApi, send } from '../base/api';
import type { ExternalHook } from '../base/entities';
import { useResource } from '../base/resource';
import { Button } from '../parts/controls';
import { Snippet } from '../parts/copy';
import { ask } from '../parts/dialog';
import { Absent } from '../parts/empty';
import { Ago } from '../parts/time';

/// null: there is none, which the coordinator says by 404.
async function load(address: string): Promise<ExternalHook | null> {
    try {
        return await get<ExternalHook>(address);
    } catch (error) {
        if (error instanceof ApiError && error.status === 404) {
            return null;
        }
        throw error;
    }
}

function Secret({ hook }: { hook: ExternalHook }) {
    return (
        <>
            <p>The secret is shown only now: give it to the git host together with the address.</p>
            <Snippet text={hook.token ?? ''} testid="hook-token" />
        </>
    );
}

export function HookSettings({ path }: { path: string }) {
    const address = `${projectApi(path)}/external_hook`;
    const hook = useResource(address, () => load(address));
    const [made, setMade] = useState<ExternalHook | null>(null);
    const create = async () => {
        const again = { title: 'Make a new secret?', text: 'The git host that has the old one is refused until it has the new one.', action: 'Make a new one' };
        if (!hook.value || await ask(again)) {
            setMade(await send<ExternalHook>('POST', address));
            hook.reload();
        }
    };
    const remove = async () => {
        if (await ask({ title: 'Remove the hook?', text: 'What the git host announces is refused from then on.', action: 'Remove', danger: true })) {
            await send('DELETE', address);
            setMade(null);
            hook.reload();
        }
    };
    const { value } = hook;
    return (
        <section class="card" data-testid="settings-hook">
            <div class="part-row">
                <h2>Outer git host</h2>
                {value !== undefined && <span class="button-row">
                    <Button label={value ? 'New secret' : 'Set up'} icon={value ? 'retry' : 'plus'} testid="hook-create" onPress={create} />
                    {value && <Button label="Remove" kind="danger" testid="hook-remove" onPress={remove} />}
                </span>}
            </div>
            {value === undefined && <Absent error={hook.error} reload={hook.reload} what="hook" />}
            <p class="muted">GitLab, Gitea and others announce a push by a webhook; the pipeline of the pushed commit starts then. The commit must be here already, pushed or mirrored.</p>
            {value && <><Snippet text={value.url} testid="hook-url" /><p class="muted">Made <Ago at={value.created_at} />{value.owner && ` by ${value.owner.username}, in whose name the pipelines run`}. The host sends the secret as its webhook token (header X-Gitlab-Token).</p></>}
            {made && value && <Secret hook={made} />}
        </section>
    );
}
