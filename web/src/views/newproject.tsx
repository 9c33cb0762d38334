// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { send, session } from '../base/api';
import { usePageTitle } from '../base/favicon';
import { sentence } from '../base/format';
import { navigate } from '../base/router';
import type { Project } from '../base/types';
import { Button, Field, Input, LinkButton, Select } from '../parts/controls';
import { Form } from '../parts/form';
import { Layout } from '../parts/layout';

const visibilities = [
    ['private', 'Private: members only'],
    ['internal', 'Internal: everybody who is signed in'],
    ['public', 'Public: everybody'],
] as const;

/// The path that a name becomes when the reader gives none.
function pathOf(name: string): string {
    return name.toLowerCase().replace(/[^a-z0-9._-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '');
}

export function NewProjectPage() {
    usePageTitle('New project');
    const [name, setName] = useState('');
    const [path, setPath] = useState('');
    const [group, setGroup] = useState(session.value?.user.username ?? '');
    const [visibility, setVisibility] = useState('private');
    const [description, setDescription] = useState('');
    const [error, setError] = useState('');
    const create = async () => {
        setError('');
        try {
            const project = await send<Project>('POST', '/projects', {
                name: name.trim(), path: path || pathOf(name), namespace_path: group, visibility, description,
            });
            navigate(`/${project.path_with_namespace}`);
        } catch (failure) {
            setError(sentence(failure instanceof Error ? failure.message : String(failure)));
        }
    };
    return (
        <Layout crumbs={[{ label: 'Projects', href: '/' }, { label: 'New' }]}>
            <div class="head"><h1>New project</h1></div>
            <Form class="form" testid="new-project-form" onSend={create}>
                <Field label="Name">{(id) => <Input id={id} value={name} onText={setName} required autofocus testid="project-name" />}</Field>
                <div class="field-pair">
                    <Field label="Group">{(id) => <Input id={id} value={group} onText={setGroup} required testid="project-group" />}</Field>
                    <Field label="Path">{(id) => <Input id={id} value={path} onText={setPath} placeholder={pathOf(name)} testid="project-path" />}</Field>
                </div>
                <Field label="Visibility">{(id) => <Select id={id} value={visibility} options={visibilities} onChange={setVisibility} testid="project-visibility" />}</Field>
                <Field label="Description">{(id) => <Input id={id} value={description} onText={setDescription} />}</Field>
                {error && <p class="form-error" role="alert" data-testid="form-error">{error}</p>}
                <div class="form-end">
                    <Button label="Create project" kind="primary" type="submit" testid="create-project" />
                    <LinkButton href="/" label="Cancel" />
                </div>
            </Form>
        </Layout>
    );
}
