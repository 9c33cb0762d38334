// SPDX-License-Identifier: MIT
import { get, projectApi } from '../base/api';
import { usePageTitle } from '../base/favicon';
import { useShortcuts } from '../base/keys';
import type { Change } from '../base/livemessage';
import { loadAll } from '../base/paging';
import { pipelineActions } from '../base/pipelineactions';
import { jobsAfter } from '../base/pipelinenews';
import { pipelineView } from '../base/preferences';
import { useResource } from '../base/resource';
import { isFinished, stateLook } from '../base/states';
import type { Job, Pipeline } from '../base/types';
import { arrange } from '../base/jobgroups';
import { Absent, Empty } from '../parts/empty';
import { Layout, projectCrumbs } from '../parts/layout';
import { jobMoved } from './job';
import { PipelineGraph } from './pipelinegraph';
import { applyPipeline, PipelineHead } from './pipelinehead';
import { PipelineTabs } from './pipelinetabs';
import { PipelineTable } from './pipelinetable';
import { YamlErrors } from './yamlerrors';

/// With the trigger jobs, which have a list of their own.
async function loadJobs(base: string): Promise<Job[]> {
    return (await Promise.all([loadAll<Job>(`${base}/jobs`), loadAll<Job>(`${base}/bridges`)])).flat();
}

function jobsMoved(value: Job[], change: Change): boolean {
    return value.some((job) => jobMoved(job, change));
}

function ViewSwitch() {
    const view = pipelineView.value === 'table' ? 'table' : 'graph';
    return (
        <div class="switch" role="group" aria-label="View">
            {(['graph', 'table'] as const).map((name) => (
                <button key={name} type="button" aria-pressed={view === name} data-testid={`view-${name}`} onClick={() => { pipelineView.value = name; }}>
                    {name === 'graph' ? 'Stages' : 'Table'}
                </button>
            ))}
        </div>
    );
}

export function PipelinePage({ path, id }: { path: string; id: number }) {
    const base = `${projectApi(path)}/pipelines/${id}`;
    const topics = [`pipeline:${id}`];
    const pipeline = useResource(base, () => get<Pipeline>(base), { topics, apply: applyPipeline });
    const jobs = useResource(`jobs ${base}`, () => loadJobs(base), { topics, apply: jobsAfter, alsoFetch: jobsMoved });
    const value = pipeline.value;
    usePageTitle(`#${id} · ${path}`, value ? stateLook(value.status) : undefined);
    useShortcuts([{ keys: 'v', label: 'Stages or table', run: () => { pipelineView.value = pipelineView.value === 'table' ? 'graph' : 'table'; } }]);
    const reload = () => {
        pipeline.reload();
        jobs.reload();
    };
    const stages = arrange(jobs.value ?? [], value?.stages?.map(({ name }) => name) ?? []);
    const View = pipelineView.value === 'table' ? PipelineTable : PipelineGraph;
    const broken = Boolean(value?.yaml_errors || value?.yaml_error_list?.length);
    return (
        <Layout crumbs={[...projectCrumbs(path), { label: 'Pipelines', href: `/${path}/-/pipelines` }, { label: `#${id}` }]} project={path} tab="pipelines">
            {!value && <Absent error={pipeline.error} reload={reload} what="pipeline" />}
            {value && <PipelineHead pipeline={value} base={base} allowed={pipelineActions(jobs.value ?? [])} reload={reload} />}
            {value && !broken && <PipelineTabs path={path} id={id} tab="jobs" status={`${value.status} ${jobs.value?.filter((job) => isFinished(job.status)).length ?? 0}`} />}
            {value && broken && <YamlErrors pipeline={value} />}
            {value && !broken && !jobs.value && <Absent error={jobs.error} reload={jobs.reload} what="list of jobs" />}
            {value && jobs.value && stages.length > 0 && (
                <><div class="part-row"><h2 class="part">{stages.length === 1 ? '1 stage' : `${stages.length} stages`}, {jobs.value.length === 1 ? '1 job' : `${jobs.value.length} jobs`}</h2><ViewSwitch /></div>
                    <View path={path} stages={stages} reload={reload} /></>
            )}
            {value && !broken && jobs.value && stages.length === 0 && <Empty title="No jobs"><p>The rules of every job left it out of this pipeline.</p></Empty>}
        </Layout>
    );
}
