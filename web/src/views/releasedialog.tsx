// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { projectApi, send } from '../base/api';
import type { Release } from '../base/entities';
import type { Project } from '../base/types';
import { Button, Field, Input } from '../parts/controls';
import { Dialog } from '../parts/dialog';
import { Form } from '../parts/form';
import { FormError, useAttempts } from '../parts/formerror';

interface NotesProps {
    name: string;
    notes: string;
    errors: Record<string, string>;
    onName: (name: string) => void;
    onNotes: (notes: string) => void;
}

function NameAndNotes({ name, notes, errors, onName, onNotes }: NotesProps) {
    return (
        <>
            <Field label="Title" error={errors['name']}>{(id) => <Input id={id} value={name} onText={onName} testid="release-name" />}</Field>
            <Field label="Notes" error={errors['description']}>{(id) => (
                <textarea id={id} class="input" rows={8} value={notes} data-testid="release-notes" onInput={(event) => onNotes(event.currentTarget.value)} />
            )}</Field>
        </>
    );
}

export function EditReleaseDialog({ path, release, onClose }: { path: string; release: Release; onClose: (changed: boolean) => void }) {
    const [name, setName] = useState(release.name);
    const [notes, setNotes] = useState(release.description);
    const { errors, attempt } = useAttempts(['name', 'description']);
    const save = () => attempt(async () => {
        await send('PUT', `${projectApi(path)}/releases/${encodeURIComponent(release.tag_name)}`, { name, description: notes });
        onClose(true);
    });
    return (
        <Dialog title={release.tag_name} wide testid="release-dialog" onClose={() => onClose(false)}>
            <Form onSend={save}>
                <div class="dialog-text">
                    <NameAndNotes name={name} notes={notes} errors={errors.fields} onName={setName} onNotes={setNotes} />
                    <FormError text={errors.rest} />
                </div>
                <footer><Button label="Cancel" onPress={() => onClose(false)} /><Button label="Save" kind="primary" type="submit" testid="release-save" /></footer>
            </Form>
        </Dialog>
    );
}

export function NewReleaseDialog({ project, onClose }: { project: Project; onClose: (made: Release | null) => void }) {
    const [tag, setTag] = useState('');
    const [ref, setRef] = useState(project.default_branch ?? '');
    const [name, setName] = useState('');
    const [notes, setNotes] = useState('');
    const { errors, attempt } = useAttempts(['tag_name', 'ref', 'name', 'description']);
    const create = () => attempt(async () => {
        onClose(await send<Release>('POST', `/projects/${project.id}/releases`, { tag_name: tag.trim(), ref: ref.trim(), name: name.trim() || tag.trim(), description: notes }));
    });
    return (
        <Dialog title="New release" wide testid="release-dialog" onClose={() => onClose(null)}>
            <Form onSend={create}>
                <div class="dialog-text">
                    <div class="field-pair">
                        <Field label="Tag" error={errors.fields['tag_name']} hint="Made if it is not there.">{(id) => <Input id={id} value={tag} onText={setTag} required placeholder="v1.0.0" testid="release-tag" />}</Field>
                        <Field label="From" error={errors.fields['ref']} hint="Branch or commit for a new tag.">{(id) => <Input id={id} value={ref} onText={setRef} testid="release-ref" />}</Field>
                    </div>
                    <NameAndNotes name={name} notes={notes} errors={errors.fields} onName={setName} onNotes={setNotes} />
                    <FormError text={errors.rest} />
                </div>
                <footer><Button label="Cancel" onPress={() => onClose(null)} /><Button label="Create" kind="primary" type="submit" testid="release-save" /></footer>
            </Form>
        </Dialog>
    );
}
