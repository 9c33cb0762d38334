// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { send } from '../base/api';
import { navigate } from '../base/router';
import type { Project } from '../base/types';
import { Button, Check, Field, Input, Select } from '../parts/controls';
import { Dialog } from '../parts/dialog';
import { toast } from '../parts/toast';

const visibilities = [['private', 'Private'], ['internal', 'Internal'], ['public', 'Public']] as const;

function autoCancels(project: Project): boolean {
    return project.auto_cancel_pending_pipelines === true || project.auto_cancel_pending_pipelines === 'enabled';
}

export function GeneralSettings({ project, saved }: { project: Project; saved: (project: Project) => void }) {
    const [name, setName] = useState(project.name);
    const [path, setPath] = useState(project.path);
    const [description, setDescription] = useState(project.description ?? '');
    const [branch, setBranch] = useState(project.default_branch ?? '');
    const [file, setFile] = useState(project.ci_config_path ?? '');
    const [visibility, setVisibility] = useState(project.visibility);
    const [minutes, setMinutes] = useState(String(Math.round(project.build_timeout / 60)));
    const [autoCancel, setAutoCancel] = useState(autoCancels(project));
    const save = async () => {
        const next = await send<Project>('PUT', `/projects/${project.id}`, {
            name, path, description, visibility, default_branch: branch || undefined, ci_config_path: file,
            build_timeout: Math.max(1, Number(minutes)) * 60, auto_cancel_pending_pipelines: autoCancel ? 'enabled' : 'disabled',
        });
        toast('Saved.');
        if (next.path_with_namespace !== project.path_with_namespace) {
            navigate(`/${next.path_with_namespace}/-/settings`, { replace: true });
        } else {
            saved(next);
        }
    };
    return (
        <section class="card" data-testid="settings-general">
            <h2>General</h2>
            <div class="field-pair">
                <Field label="Name">{(id) => <Input id={id} value={name} onText={setName} testid="settings-name" />}</Field>
                <Field label="Path" hint="Changing it changes the address that git uses.">{(id) => <Input id={id} value={path} onText={setPath} />}</Field>
            </div>
            <Field label="Description">{(id) => <Input id={id} value={description} onText={setDescription} testid="settings-description" />}</Field>
            <div class="field-pair">
                <Field label="Visibility">{(id) => <Select id={id} value={visibility} options={visibilities} onChange={setVisibility} />}</Field>
                <Field label="Default branch">{(id) => <Input id={id} value={branch} onText={setBranch} />}</Field>
            </div>
            <div class="field-pair">
                <Field label="CI file">{(id) => <Input id={id} value={file} onText={setFile} placeholder=".gitlab-ci.yml" class="mono" />}</Field>
                <Field label="Timeout of a job, minutes">{(id) => <Input id={id} type="number" min="1" value={minutes} onText={setMinutes} />}</Field>
            </div>
            <Check label="A newer pipeline of a branch cancels older ones whose jobs are interruptible" checked={autoCancel} onChange={setAutoCancel} />
            <div class="form-end"><Button label="Save" kind="primary" testid="settings-save" onPress={save} /></div>
        </section>
    );
}

function DeleteDialog({ project, onClose }: { project: Project; onClose: () => void }) {
    const [typed, setTyped] = useState('');
    const remove = async () => {
        await send('DELETE', `/projects/${project.id}`);
        onClose();
        toast(`${project.path_with_namespace} is deleted.`);
        navigate('/');
    };
    return (
        <Dialog title="Delete this project?" testid="delete-dialog" onClose={onClose}>
            <div class="dialog-text">
                <p>Its repository, pipelines, logs and artifacts are deleted for good.</p>
                <Field label={`Type ${project.path_with_namespace} to confirm`}>
                    {(id) => <Input id={id} value={typed} onText={setTyped} autocomplete="off" testid="delete-confirm" />}
                </Field>
            </div>
            <footer>
                <Button label="Cancel" onPress={onClose} />
                <Button label="Delete" kind="danger" disabled={typed !== project.path_with_namespace} testid="delete-yes" onPress={remove} />
            </footer>
        </Dialog>
    );
}

export function DangerZone({ project }: { project: Project }) {
    const [asking, setAsking] = useState(false);
    return (
        <section class="card bad" data-testid="danger-zone">
            <h2>Delete</h2>
            <div class="part-row">
                <p class="muted">Everything of this project goes, and cannot be brought back.</p>
                <Button label="Delete project" kind="danger" testid="delete-project" onPress={() => setAsking(true)} />
            </div>
            {asking && <DeleteDialog project={project} onClose={() => setAsking(false)} />}
        </section>
    );
}
