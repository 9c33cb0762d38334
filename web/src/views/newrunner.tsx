// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { send } from '../base/api';
import { Button, Check, Field, Input } from '../parts/controls';
import { Snippet } from '../parts/copy';
import { Dialog } from '../parts/dialog';
import { Form } from '../parts/form';

interface Created {
    id: number;
    token: string;
}

const isLocal = /^(localhost|127\..*|\[::1\])$/.test(location.hostname);

function Instructions({ created, onClose }: { created: Created; onClose: () => void }) {
    return (
        <>
            <div class="dialog-text">
                <p>The token is shown only now. On the machine that will run jobs:</p>
                <Snippet testid="runner-command" text={`capstan-runner register --non-interactive \\\n  --url ${location.origin} \\\n  --token ${created.token} \\\n  --executor shell\ncapstan-runner run`} />
                <p class="muted">The token alone:</p>
                <Snippet testid="runner-token" text={created.token} />
                {isLocal && <p>The address above is this machine's own: for a runner elsewhere, put the one under which that machine reaches this one.</p>}
                <p class="muted">The machine only needs to reach this address; nothing needs to reach the machine. A stock gitlab-runner takes the same command.</p>
            </div>
            <footer><Button label="Done" kind="primary" testid="runner-done" onPress={onClose} /></footer>
        </>
    );
}

export function NewRunnerDialog({ onClose }: { onClose: () => void }) {
    const [description, setDescription] = useState('');
    const [tags, setTags] = useState('');
    const [untagged, setUntagged] = useState(true);
    const [onlyProtected, setOnlyProtected] = useState(false);
    const [created, setCreated] = useState<Created | null>(null);
    const create = async () => {
        setCreated(await send<Created>('POST', '/user/runners', {
            runner_type: 'instance_type', description, run_untagged: untagged, access_level: onlyProtected ? 'ref_protected' : 'not_protected',
            tag_list: tags.split(',').map((tag) => tag.trim()).filter(Boolean).join(','),
        }));
    };
    return (
        <Dialog title={created ? 'Start the runner' : 'New runner'} wide once={created !== null} testid="runner-dialog" onClose={onClose}>
            {created ? <Instructions created={created} onClose={onClose} /> : (
                <Form onSend={create}>
                    <div class="dialog-text">
                        <Field label="Description">{(id) => <Input id={id} value={description} onText={setDescription} autofocus testid="runner-description" />}</Field>
                        <Field label="Tags" hint="Separated by commas. It takes jobs whose tags are all among them.">{(id) => <Input id={id} value={tags} onText={setTags} placeholder="linux, docker" testid="runner-tags" />}</Field>
                        <Check label="Takes jobs without tags, too" checked={untagged} onChange={setUntagged} />
                        <Check label="Only for protected branches and tags" checked={onlyProtected} onChange={setOnlyProtected} />
                    </div>
                    <footer><Button label="Cancel" onPress={onClose} /><Button label="Create" kind="primary" type="submit" testid="runner-create" /></footer>
                </Form>
            )}
        </Dialog>
    );
}
