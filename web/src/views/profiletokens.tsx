// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { send } from '../base/api';
import { loadAll } from '../base/paging';
import { useResource } from '../base/resource';
import type { AccessToken } from '../base/types';
import { Button, Field, Input, Select } from '../parts/controls';
import { Snippet } from '../parts/copy';
import { ask, Dialog } from '../parts/dialog';
import { Absent } from '../parts/empty';
import { Form } from '../parts/form';
import { Ago } from '../parts/time';

const scopes = [['api', 'api: everything you may do'], ['read_api', 'read_api: only look']] as const;

function NewTokenDialog({ onClose }: { onClose: () => void }) {
    const [name, setName] = useState('');
    const [scope, setScope] = useState('api');
    const [expires, setExpires] = useState('');
    const [token, setToken] = useState('');
    const create = async () => {
        const made = await send<AccessToken>('POST', '/personal_access_tokens', { name: name.trim(), scopes: [scope], ...(expires && { expires_at: expires }) });
        setToken(made.token ?? '');
    };
    return (
        <Dialog title={token ? 'Your new token' : 'New token'} once={token !== ''} testid="token-dialog" onClose={onClose}>
            {token ? (
                <>
                    <div class="dialog-text"><p>It is shown only now; keep it where you keep passwords.</p><Snippet text={token} testid="new-token" /></div>
                    <footer><Button label="Done" kind="primary" testid="token-done" onPress={onClose} /></footer>
                </>
            ) : (
                <Form onSend={create}>
                    <div class="dialog-text">
                        <Field label="Name">{(id) => <Input id={id} value={name} onText={setName} required autofocus testid="token-name" />}</Field>
                        <div class="field-pair">
                            <Field label="Scope">{(id) => <Select id={id} value={scope} options={scopes} onChange={setScope} testid="token-scope" />}</Field>
                            <Field label="Expires">{(id) => <Input id={id} type="date" value={expires} onText={setExpires} />}</Field>
                        </div>
                    </div>
                    <footer><Button label="Cancel" onPress={onClose} /><Button label="Create" kind="primary" disabled={!name.trim()} type="submit" testid="token-create" /></footer>
                </Form>
            )}
        </Dialog>
    );
}

export function TokenSettings() {
    const tokens = useResource('tokens', () => loadAll<AccessToken>('/personal_access_tokens'));
    const [making, setMaking] = useState(false);
    const revoke = async (token: AccessToken) => {
        if (await ask({ title: `Revoke ${token.name}?`, text: 'Whatever uses it is refused from then on.', action: 'Revoke', danger: true })) {
            await send('DELETE', `/personal_access_tokens/${token.id}`);
            tokens.reload();
        }
    };
    const active = tokens.value?.filter((token) => token.active && !token.revoked);
    return (
        <section class="card" data-testid="profile-tokens">
            <div class="part-row"><h2>Personal access tokens</h2><Button label="New token" icon="plus" testid="token-new" onPress={() => setMaking(true)} /></div>
            {!active && <Absent error={tokens.error} reload={tokens.reload} what="list of tokens" />}
            {active?.length === 0 && <p class="muted">None. A token lets a script or git act as you, and can be revoked by itself.</p>}
            <ul class="plain-rows">
                {active?.map((token) => (
                    <li key={token.id} data-testid="token-row" data-name={token.name}>
                        <span class="grow"><b>{token.name}</b> {token.scopes.map((scope) => <span class="chip" key={scope}>{scope}</span>)} <span class="muted">last used <Ago at={token.last_used_at} />{token.expires_at ? `, expires ${token.expires_at.slice(0, 10)}` : ''}</span></span>
                        <Button label="Revoke" kind="ghost" testid="token-revoke" onPress={() => revoke(token)} />
                    </li>
                ))}
            </ul>
            {making && <NewTokenDialog onClose={() => {
                setMaking(false);
                tokens.reload();
            }} />}
        </section>
    );
}
