// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { ApiError, projectApi, send } from '../base/api';
import { loadAll } from '../base/paging';
import { useResource } from '../base/resource';
import type { Member } from '../base/types';
import { Button, Input, Select } from '../parts/controls';
import { ask } from '../parts/dialog';
import { Absent } from '../parts/empty';
import { Form } from '../parts/form';
import { toastError } from '../parts/toast';

const allRoles = [['10', 'Guest'], ['20', 'Reporter'], ['30', 'Developer'], ['40', 'Maintainer'], ['50', 'Owner']] as const;

/// `own`: the caller's role; nobody gives more than they have, or changes who has more.
export function MemberSettings({ path, own }: { path: string; own: number }) {
    const roles = allRoles.filter(([level]) => Number(level) <= own);
    const base = `${projectApi(path)}/members`;
    const members = useResource(base, () => loadAll<Member>(base));
    const [name, setName] = useState('');
    const [role, setRole] = useState('30');
    const add = async () => {
        const username = name.trim();
        if (!username) {
            return;
        }
        await send('POST', base, { username, access_level: Number(role) }).catch((error: unknown) => {
            // The project is there, as this page of it is.
            throw error instanceof ApiError && error.status === 404 ? new Error(`There is no user ${username}.`) : error;
        });
        setName('');
        members.reload();
    };
    const change = (member: Member, level: string) => {
        send('PUT', `${base}/${member.id}`, { access_level: Number(level) }).then(members.reload, (error: unknown) => {
            toastError(error);
            members.reload();
        });
    };
    const remove = async (member: Member) => {
        if (await ask({ title: `Remove ${member.username}?`, text: 'They lose what this project gave them; open terminals of theirs end.', action: 'Remove', danger: true })) {
            await send('DELETE', `${base}/${member.id}`);
            members.reload();
        }
    };
    return (
        <section class="card" data-testid="settings-members">
            <h2>Members</h2>
            {!members.value && <Absent error={members.error} reload={members.reload} what="list of members" />}
            <ul class="plain-rows">
                {members.value?.map((member) => (
                    <li key={member.id} data-testid="member-row" data-user={member.username}>
                        <span class="grow"><b>{member.username}</b> <span class="muted">{member.name}</span></span>
                        {member.access_level > own
                            ? <span class="muted">{allRoles.find(([level]) => Number(level) === member.access_level)?.[1]}</span>
                            : <><Select label={`Role of ${member.username}`} value={String(member.access_level)} options={roles} onChange={(level) => change(member, level)} />
                                <Button label={`Remove ${member.username}`} icon="trash" kind="ghost" bare onPress={() => remove(member)} /></>}
                    </li>
                ))}
            </ul>
            <Form class="add-row" onSend={add}>
                <Input value={name} onText={setName} placeholder="user name" aria-label="User name" testid="member-name" />
                <Select label="Role" value={role} options={roles} onChange={setRole} />
                <Button label="Add" icon="plus" disabled={!name.trim()} type="submit" testid="member-add" />
            </Form>
        </section>
    );
}
