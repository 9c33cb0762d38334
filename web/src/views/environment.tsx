// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { get, list, projectApi, send } from '../base/api';
import type { Deployment, Environment } from '../base/entities';
import { usePageTitle } from '../base/favicon';
import { useResource } from '../base/resource';
import { isDeveloper } from '../base/roles';
import { navigate, query } from '../base/router';
import { useProject } from '../base/useproject';
import type { Job } from '../base/types';
import { Button } from '../parts/controls';
import { ask } from '../parts/dialog';
import { Absent, Empty } from '../parts/empty';
import { Layout, projectCrumbs } from '../parts/layout';
import { Pager } from '../parts/pager';
import { Ago } from '../parts/time';
import { toast } from '../parts/toast';
import { EnvironmentDialog } from './environmentdialog';
import { DeploymentNote, DeploymentState, EnvironmentLink, EnvironmentState, StopButton } from './environmentparts';

interface HeadProps {
    path: string;
    environment: Environment;
    mayChange: boolean;
    reload: () => void;
}

function Head({ path, environment, mayChange, reload }: HeadProps) {
    const [editing, setEditing] = useState(false);
    const base = `${projectApi(path)}/environments`;
    const remove = async () => {
        if (await ask({ title: `Delete ${environment.name}?`, text: 'Its list of deployments goes with it.', action: 'Delete', danger: true })) {
            await send('DELETE', `${base}/${environment.id}`);
            toast(`${environment.name} is deleted.`);
            navigate(`/${path}/-/environments`);
        }
    };
    return (
        <>
            <div class="head">
                <EnvironmentState environment={environment} announce />
                <div class="head-text"><h1>{environment.name}</h1></div>
                <div class="head-actions">
                    <EnvironmentLink environment={environment} />
                    {mayChange && <Button label="Edit" testid="environment-edit" onPress={() => setEditing(true)} />}
                    {mayChange && <StopButton environment={environment} base={base} done={reload} />}
                    {mayChange && environment.state === 'stopped' && <Button label="Delete" icon="trash" kind="danger" testid="environment-delete" onPress={remove} />}
                </div>
            </div>
            <div class="facts">
                <span>{environment.tier}</span>
                {environment.external_url && <code>{environment.external_url}</code>}
                {environment.description && <span>{environment.description}</span>}
                <span class="muted">made <Ago at={environment.created_at} /></span>
                {environment.auto_stop_at && environment.state === 'available' && <span>stops by itself <Ago at={environment.auto_stop_at} /></span>}
            </div>
            {editing && <EnvironmentDialog path={path} environment={environment} onClose={(changed) => {
                setEditing(false);
                if (changed) {
                    reload();
                }
            }} />}
        </>
    );
}

interface DeploymentRowProps {
    path: string;
    deployment: Deployment;
    isCurrent: boolean;
}

function DeploymentRow({ path, deployment, isCurrent }: DeploymentRowProps) {
    const job = deployment.deployable;
    const again = async () => {
        if (job && await ask({ title: `Deploy ${deployment.sha.slice(0, 8)} again?`, text: `The job ${job.name} of that commit runs once more.`, action: 'Deploy' })) {
            const made = await send<Job>('POST', `${projectApi(path)}/jobs/${job.id}/retry`);
            navigate(`/${path}/-/jobs/${made.id}`);
        }
    };
    return (
        <li class="row environment-row" data-testid="deployment-row" data-id={deployment.id} data-state={deployment.status}>
            <span class="row-state"><DeploymentState deployment={deployment} /></span>
            <div class="row-main">
                <p class="row-note"><span class="num">#{deployment.iid}</span><DeploymentNote path={path} deployment={deployment} /></p>
                {isCurrent && <span class="chip">runs there now</span>}
            </div>
            <span class="row-actions">
                {job?.actions?.includes('retry') && deployment.status !== 'running' && <Button label={isCurrent ? 'Deploy again' : 'Deploy this'} icon="retry" kind="ghost" testid="deploy-again" onPress={again} />}
            </span>
        </li>
    );
}

interface DeploymentsProps {
    path: string;
    environment: Environment;
    project: number;
}

function Deployments({ path, environment, project }: DeploymentsProps) {
    const filter = new URLSearchParams({ environment: environment.name, sort: 'desc', page: query.value.get('page') ?? '1' });
    const address = `${projectApi(path)}/deployments?${filter}`;
    const deployments = useResource(address, () => list<Deployment>(address), { topics: [`project:${project}`] });
    const page = deployments.value;
    if (!page) {
        return <Absent error={deployments.error} reload={deployments.reload} what="list of deployments" />;
    }
    if (page.items.length === 0) {
        return <Empty title="Never deployed to"><p>The next job with <code>environment: {environment.name}</code> makes the first deployment.</p></Empty>;
    }
    return (
        <>
            <ul class="rows" data-testid="deployment-list">
                {page.items.map((deployment) => (
                    <DeploymentRow key={deployment.id} path={path} deployment={deployment}
                        isCurrent={environment.state === 'available' && environment.last_deployment?.id === deployment.id} />
                ))}
            </ul>
            <Pager page={page} />
        </>
    );
}

export function EnvironmentPage({ path, id }: { path: string; id: number }) {
    const project = useProject(path);
    const address = `${projectApi(path)}/environments/${id}`;
    const environment = useResource(address, () => get<Environment>(address), { topics: project.value ? [`project:${project.value.id}`] : [] });
    const value = environment.value;
    const may = isDeveloper(project.value);
    usePageTitle(`${value?.name ?? 'Environment'} · ${path}`);
    return (
        <Layout crumbs={[...projectCrumbs(path), { label: 'Environments', href: `/${path}/-/environments` }, { label: value?.name ?? `#${id}` }]} project={path} tab="environments">
            {!value && <Absent error={environment.error} reload={environment.reload} what="environment" />}
            {value && <Head path={path} environment={value} mayChange={may} reload={environment.reload} />}
            {value && project.value && <><h2 class="part">Deployments</h2><Deployments path={path} environment={value} project={project.value.id} /></>}
        </Layout>
    );
}
