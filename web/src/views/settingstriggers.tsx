// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { projectApi, send } from '../base/api';
import type { TriggerToken } from '../base/entities';
import { loadAll } from '../base/paging';
import { useResource } from '../base/resource';
import type { Project } from '../base/types';
import { Button, Field, Input } from '../parts/controls';
import { Snippet } from '../parts/copy';
import { ask, Dialog } from '../parts/dialog';
import { Absent } from '../parts/empty';
import { Form } from '../parts/form';
import { FormError, useAttempts } from '../parts/formerror';
import { Ago } from '../parts/time';

function curlExample(project: Project, token: string): string {
    return [
        'curl --request POST \\',
        `  --form token=${token} \\`,
        `  --form ref=${project.default_branch ?? 'main'} \\`,
        '  --form "variables[RELEASE]=nightly" \\',
        `  ${location.origin}/api/v4/projects/${project.id}/trigger/pipeline`,
    ].join('\n');
}

interface NewTriggerProps {
    project: Project;
    onClose: () => void;
}

function MadeTrigger({ project, token, onClose }: NewTriggerProps & { token: string }) {
    return (
        <>
            <div class="dialog-text">
                <p>It is shown only now; keep it where you keep passwords.</p>
                <Snippet text={token} testid="trigger-token" />
                <p class="muted">A pipeline is started with it like this:</p>
                <Snippet text={curlExample(project, token)} />
            </div>
            <footer><Button label="Done" kind="primary" testid="trigger-done" onPress={onClose} /></footer>
        </>
    );
}

function NewTriggerDialog({ project, onClose }: NewTriggerProps) {
    const [description, setDescription] = useState('');
    const [token, setToken] = useState('');
    const { errors, attempt } = useAttempts(['description']);
    const create = () => attempt(async () => {
        setToken((await send<TriggerToken>('POST', `/projects/${project.id}/triggers`, { description: description.trim() })).token);
    });
    return (
        <Dialog title={token ? 'Your new trigger token' : 'New trigger token'} once={token !== ''} testid="trigger-dialog" onClose={onClose}>
            {token ? <MadeTrigger project={project} token={token} onClose={onClose} /> : (
                <Form onSend={create}>
                    <div class="dialog-text">
                        <Field label="What it is for" error={errors.fields['description']}>{(id) => <Input id={id} value={description} onText={setDescription} required testid="trigger-description" />}</Field>
                        <p class="hint">Whoever has it starts pipelines in your name.</p>
                        <FormError text={errors.rest} />
                    </div>
                    <footer><Button label="Cancel" onPress={onClose} /><Button label="Create" kind="primary" type="submit" disabled={!description.trim()} testid="trigger-create" /></footer>
                </Form>
            )}
        </Dialog>
    );
}

export function TriggerSettings({ project }: { project: Project }) {
    const base = `${projectApi(project.path_with_namespace)}/triggers`;
    const tokens = useResource(base, () => loadAll<TriggerToken>(base));
    const [making, setMaking] = useState(false);
    const revoke = async (token: TriggerToken) => {
        if (await ask({ title: `Revoke ${token.description}?`, text: 'Whatever uses it is refused from then on.', action: 'Revoke', danger: true })) {
            await send('DELETE', `${base}/${token.id}`);
            tokens.reload();
        }
    };
    const rows = tokens.value;
    return (
        <section class="card" data-testid="settings-triggers">
            <div class="part-row"><h2>Pipeline trigger tokens</h2>{rows && <Button label="New token" icon="plus" testid="trigger-new" onPress={() => setMaking(true)} />}</div>
            {!rows && <Absent error={tokens.error} reload={tokens.reload} what="list of trigger tokens" />}
            {rows?.length === 0 && <p class="muted">None. A trigger token lets another program start pipelines of this project, and nothing else.</p>}
            <ul class="plain-rows">
                {rows?.map((token) => (
                    <li key={token.id} data-testid="trigger-row" data-name={token.description}>
                        <span class="grow"><b>{token.description}</b> <code class="chip">{token.token}…</code> <span class="muted">{token.owner && `${token.owner.username}’s, `}last used <Ago at={token.last_used} /></span></span>
                        <Button label="Revoke" kind="ghost" testid="trigger-revoke" onPress={() => revoke(token)} />
                    </li>
                ))}
            </ul>
            {rows && rows.length > 0 && <details><summary>How to use one</summary><Snippet text={curlExample(project, 'TOKEN')} testid="trigger-curl" /></details>}
            {making && <NewTriggerDialog project={project} onClose={() => {
                setMaking(false);
                tokens.reload();
            }} />}
        </section>
    );
}
