// SPDX-License-Identifier: MIT
// What the list of environments and the page of one have in common.
import { send } from '../base/api';
import type { Deployment, Environment } from '../base/entities';
import { shortRef } from '../base/format';
import { jobHref } from '../base/joblink';
import { stateLook, type Look } from '../base/states';
import { isWebLink } from '../base/weblink';
import { Button } from '../parts/controls';
import { ask } from '../parts/dialog';
import { Icon } from '../parts/icons';
import { StateBadge } from '../parts/state';
import { Ago } from '../parts/time';
import { toast } from '../parts/toast';

const states: Record<Environment['state'], [Look, string]> = {
    available: ['success', 'Available'], stopping: ['canceling', 'Stopping'], stopped: ['skipped', 'Stopped'],
};

export function EnvironmentState({ environment, announce }: { environment: Environment; announce?: boolean }) {
    const [look, word] = states[environment.state] ?? ['unknown', environment.state];
    return <StateBadge look={look} word={word} announce={announce} testid="environment-state" />;
}

export function EnvironmentLink({ environment }: { environment: Environment }) {
    return environment.state !== 'stopped' && isWebLink(environment.external_url)
        ? <a class="button plain" href={environment.external_url} target="_blank" rel="noopener noreferrer" data-testid="environment-url"><Icon name="external" /><span>Open</span></a> : null;
}

/// Who may, starts its on_stop job; where none is, it is only marked as stopped.
export function StopButton({ environment, base, done }: { environment: Environment; base: string; done: () => void }) {
    const isStuck = environment.state === 'stopping';
    if (environment.state === 'stopped') {
        return null;
    }
    const stop = async () => {
        const text = isStuck ? 'Its on_stop job is on its way. The environment is marked as stopped without waiting for it.'
            : 'Its on_stop job runs; without one it is only marked as stopped.';
        if (await ask({ title: `Stop ${environment.name}?`, text, action: isStuck ? 'Mark as stopped' : 'Stop', danger: true })) {
            const after = await send<Environment>('POST', `${base}/${environment.id}/stop`, isStuck ? { force: true } : {});
            toast(after.state === 'stopped' ? `${environment.name} is stopped.` : `The on_stop job of ${environment.name} was started.`);
            done();
        }
    };
    return <Button label={isStuck ? 'Stop now' : 'Stop'} icon="cancel" testid="environment-stop" onPress={stop} />;
}

const words: Record<Deployment['status'], string> = { running: 'Deploying', success: 'Deployed', failed: 'Failed', canceled: 'Canceled' };

export function DeploymentState({ deployment }: { deployment: Deployment }) {
    return <StateBadge look={stateLook(deployment.status)} word={words[deployment.status] ?? deployment.status} testid="deployment-state" />;
}

export function DeploymentNote({ path, deployment }: { path: string; deployment: Deployment }) {
    const job = deployment.deployable;
    return (
        <>
            <span class="with-icon mono" title={deployment.sha}><Icon name="commit" size={13} />{shortRef(deployment.sha)}</span>
            <span class="with-icon"><Icon name="branch" size={13} />{deployment.ref}</span>
            {job && <a href={jobHref(job, path)}>{job.name}</a>}
            <span><Ago at={deployment.finished_at ?? deployment.created_at} />{deployment.user ? ` by ${deployment.user.username}` : ''}</span>
        </>
    );
}
