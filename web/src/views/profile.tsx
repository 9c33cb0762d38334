// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { get, send, session } from '../base/api';
import { usePageTitle } from '../base/favicon';
import { agentWords } from '../base/agentwords';
import { useResource } from '../base/resource';
import type { SignedInSession } from '../base/types';
import { Button, Field, Input } from '../parts/controls';
import { Absent } from '../parts/empty';
import { Form } from '../parts/form';
import { FormError, useAttempts } from '../parts/formerror';
import { Layout } from '../parts/layout';
import { Ago } from '../parts/time';
import { toast } from '../parts/toast';
import { TokenSettings } from './profiletokens';

function Password() {
    const [current, setCurrent] = useState('');
    const [next, setNext] = useState('');
    const [again, setAgain] = useState('');
    const { errors, attempt } = useAttempts(['current_password', 'password', 'again']);
    const change = async () => {
        if (next !== again) {
            throw new Error('again: it differs from the new password');
        }
        await send('PUT', '/user/password', { current_password: current, password: next });
        setCurrent('');
        setNext('');
        setAgain('');
        toast('The password is changed; your other sessions are ended.');
    };
    return (
        <section class="card" data-testid="profile-password">
            <h2>Password</h2>
            <Form onSend={() => attempt(change)}>
                <input type="text" class="off-screen" autocomplete="username" value={session.value?.user.username} readOnly tabIndex={-1} aria-hidden="true" />
                <Field label="Current password" error={errors.fields['current_password']}>{(id) => <Input id={id} type="password" autocomplete="current-password" value={current} onText={setCurrent} required />}</Field>
                <div class="field-pair">
                    <Field label="New password" error={errors.fields['password']}>{(id) => <Input id={id} type="password" autocomplete="new-password" minLength={8} value={next} onText={setNext} required />}</Field>
                    <Field label="Again" error={errors.fields['again']}>{(id) => <Input id={id} type="password" autocomplete="new-password" value={again} onText={setAgain} required />}</Field>
                </div>
                <FormError text={errors.rest} />
                <div class="form-end"><Button label="Change password" kind="primary" type="submit" testid="password-change" /></div>
            </Form>
        </section>
    );
}

function Sessions() {
    const sessions = useResource('sessions', () => get<SignedInSession[]>('/user/sessions'));
    const end = async (id: SignedInSession['id']) => {
        await send('DELETE', `/user/sessions/${id}`);
        sessions.reload();
    };
    return (
        <section class="card" data-testid="profile-sessions">
            <h2>Sessions</h2>
            {!sessions.value && <Absent error={sessions.error} reload={sessions.reload} what="list of sessions" />}
            <ul class="plain-rows">
                {sessions.value?.map((one) => (
                    <li key={one.id} data-testid="session-row">
                        <span class="grow"><b title={one.user_agent}>{agentWords(one.user_agent)}</b> <span class="muted">{one.ip_address}, last used <Ago at={one.last_used_at ?? one.created_at} /></span></span>
                        {one.current ? <span class="chip">this one</span> : <Button label="End" kind="ghost" onPress={() => end(one.id)} />}
                    </li>
                ))}
            </ul>
        </section>
    );
}

export function ProfilePage() {
    usePageTitle('Profile');
    const user = session.value?.user;
    return (
        <Layout crumbs={[{ label: 'Profile' }]}>
            <div class="settings">
                <div class="head"><div class="head-text"><h1>{user?.name || user?.username}</h1><p class="muted">{user?.username}{user?.email ? `, ${user.email}` : ''}{user?.is_admin ? ', administrator' : ''}</p></div></div>
                <Password />
                <TokenSettings />
                <Sessions />
            </div>
        </Layout>
    );
}
