// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { list, projectApi } from '../base/api';
import { usePageTitle } from '../base/favicon';
import { useShortcuts } from '../base/keys';
import { useResource } from '../base/resource';
import { isDeveloper } from '../base/roles';
import { query } from '../base/router';
import { useProject } from '../base/useproject';
import type { Pipeline } from '../base/types';
import { Input, LinkButton, Select } from '../parts/controls';
import { Absent, Empty } from '../parts/empty';
import { Icon } from '../parts/icons';
import { Layout, projectCrumbs } from '../parts/layout';
import { Pager, setQuery } from '../parts/pager';
import { PipelineRows } from './pipelinerows';

const statuses = [
    ['', 'Any state'], ['running', 'Running'], ['pending', 'Pending'], ['success', 'Passed'], ['failed', 'Failed'],
    ['canceled', 'Canceled'], ['manual', 'Manual'], ['scheduled', 'Delayed'], ['skipped', 'Skipped'], ['created', 'Not started'],
] as const;

function Filters({ reference, status }: { reference: string; status: string }) {
    const [text, setText] = useState(reference);
    return (
        <form class="head-search filters" role="search" onSubmit={(event) => {
            event.preventDefault();
            setQuery({ ref: text.trim(), page: '' });
        }}>
            <Icon name="branch" />
            <Input id="pipeline-ref" type="search" placeholder="Branch or tag" aria-label="Branch or tag" value={text} onText={setText} testid="filter-ref" />
            <Select label="State" value={status} options={statuses} onChange={(value) => setQuery({ status: value, page: '' })} testid="filter-status" />
        </form>
    );
}

export function PipelinesPage({ path }: { path: string }) {
    usePageTitle(`Pipelines · ${path}`);
    useShortcuts([{ keys: '/', label: 'Filter by branch or tag', run: () => document.getElementById('pipeline-ref')?.focus() }]);
    const reference = query.value.get('ref') ?? '';
    const status = query.value.get('status') ?? '';
    const filter = new URLSearchParams({ page: query.value.get('page') ?? '1', with_stages: 'true' });
    if (reference) {
        filter.set('ref', reference);
    }
    if (status) {
        filter.set('status', status);
    }
    const project = useProject(path);
    const address = `${projectApi(path)}/pipelines?${filter}`;
    const pipelines = useResource(address, () => list<Pipeline>(address), {
        topics: project.value ? [`project:${project.value.id}`] : [],
    });
    const page = pipelines.value;
    return (
        <Layout crumbs={[...projectCrumbs(path), { label: 'Pipelines' }]} project={path} tab="pipelines">
            <div class="head">
                <h1>Pipelines</h1>
                <Filters key={reference} reference={reference} status={status} />
                {isDeveloper(project.value) && <LinkButton href={`/${path}/-/pipelines/new`} label="Run pipeline" icon="play" kind="primary" testid="run-pipeline" />}
            </div>
            {!page && <Absent error={pipelines.error} reload={pipelines.reload} what="list of pipelines" />}
            {page && page.items.length === 0 && (
                reference || status
                    ? <Empty title="No such pipelines"><p>None of this branch, tag or state. <a href={`/${path}/-/pipelines`}>Show all</a></p></Empty>
                    : <Empty title="No pipelines yet"><p>A push to any branch makes one; so does Run pipeline.</p></Empty>
            )}
            {page && page.items.length > 0 && <><PipelineRows project={path} pipelines={page.items} /><Pager page={page} /></>}
        </Layout>
    );
}
