// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { projectApi, send } from '../base/api';
import type { Environment } from '../base/entities';
import { Button, Field, Input, Select } from '../parts/controls';
import { Dialog } from '../parts/dialog';
import { Form } from '../parts/form';
import { FormError, useAttempts } from '../parts/formerror';

const tiers = [['production', 'Production'], ['staging', 'Staging'], ['testing', 'Testing'], ['development', 'Development'], ['other', 'Other']] as const;

interface EnvironmentDialogProps {
    path: string;
    /// Null makes a new one.
    environment: Environment | null;
    onClose: (changed: boolean) => void;
}

export function EnvironmentDialog({ path, environment, onClose }: EnvironmentDialogProps) {
    const [name, setName] = useState(environment?.name ?? '');
    const [url, setUrl] = useState(environment?.external_url ?? '');
    const [tier, setTier] = useState(environment?.tier ?? 'other');
    const [description, setDescription] = useState(environment?.description ?? '');
    const { errors, attempt } = useAttempts(['name', 'external_url', 'tier', 'description']);
    const base = `${projectApi(path)}/environments`;
    const save = () => attempt(async () => {
        const body = { external_url: url.trim(), tier, description };
        await (environment ? send('PUT', `${base}/${environment.id}`, body) : send('POST', base, { ...body, name: name.trim() }));
        onClose(true);
    });
    return (
        <Dialog title={environment?.name ?? 'New environment'} testid="environment-dialog" onClose={() => onClose(false)}>
            <Form onSend={save}>
                <div class="dialog-text">
                    {!environment && <Field label="Name" error={errors.fields['name']} hint="A part before a / makes a family: review/feature.">{(id) => <Input id={id} value={name} onText={setName} required testid="environment-name" />}</Field>}
                    <Field label="Address" error={errors.fields['external_url']}>{(id) => <Input id={id} value={url} onText={setUrl} placeholder="https://" testid="environment-address" />}</Field>
                    <Field label="Tier" error={errors.fields['tier']}>{(id) => <Select id={id} value={tier} options={tiers} onChange={setTier} />}</Field>
                    <Field label="Description" error={errors.fields['description']}>{(id) => <Input id={id} value={description} onText={setDescription} />}</Field>
                    <FormError text={errors.rest} />
                </div>
                <footer><Button label="Cancel" onPress={() => onClose(false)} /><Button label="Save" kind="primary" type="submit" testid="environment-save" /></footer>
            </Form>
        </Dialog>
    );
}
