// SPDX-License-Identifier: MIT
import { get, projectApi, send } from '../base/api';
import { usePageTitle } from '../base/favicon';
import { plainText, shortRef } from '../base/format';
import { pipelineHref } from '../base/joblink';
import { useShortcuts } from '../base/keys';
import type { Change } from '../base/livemessage';
import { loadAll } from '../base/paging';
import { pipelineActions, type PipelineAction } from '../base/pipelineactions';
import { jobsAfter, pipelineAfter } from '../base/pipelinenews';
import { pipelineView } from '../base/preferences';
import { useResource } from '../base/resource';
import { isFinished, stateLook } from '../base/states';
import type { Job, Pipeline } from '../base/types';
import { arrange } from '../base/jobgroups';
import { Button } from '../parts/controls';
import { Absent, Empty } from '../parts/empty';
import { Icon } from '../parts/icons';
import { Layout, projectCrumbs } from '../parts/layout';
import { StateBadge } from '../parts/state';
import { Ago, Ticking } from '../parts/time';
import { jobMoved } from './job';
import { PipelineGraph } from './pipelinegraph';
import { PipelineTabs } from './pipelinetabs';
import { PipelineTable } from './pipelinetable';
import { YamlErrors } from './yamlerrors';

/// With the trigger jobs, which have a list of their own.
async function loadJobs(base: string): Promise<Job[]> {
    return (await Promise.all([loadAll<Job>(`${base}/jobs`), loadAll<Job>(`${base}/bridges`)])).flat();
}

function applyPipeline(value: Pipeline, change: Change): Pipeline | undefined {
    return change.entity === 'pipeline' && change.id === value.id ? pipelineAfter(value, change.data) : value;
}

function jobsMoved(value: Job[], change: Change): boolean {
    return value.some((job) => jobMoved(job, change));
}

interface HeadProps {
    pipeline: Pipeline;
    base: string;
    allowed: PipelineAction[];
    reload: () => void;
}

function PipelineHead({ pipeline, base, allowed, reload }: HeadProps) {
    // A second cancel is the forced one: the polite one waits for after_script.
    const isCanceling = pipeline.status === 'canceling';
    const act = async (name: PipelineAction) => {
        await send('POST', `${base}/${name}`, name === 'cancel' && isCanceling ? { force: true } : {});
        reload();
    };
    const title = pipeline.name || pipeline.commit?.title || `Pipeline #${pipeline.id}`;
    return (
        <>
            <div class="head">
                <StateBadge look={stateLook(pipeline.status)} announce testid="pipeline-state" />
                <div class="head-text"><h1>{plainText(title, 200)}</h1></div>
                {allowed.includes('retry') && <Button label="Retry" icon="retry" testid="pipeline-retry" onPress={() => act('retry')} />}
                {allowed.includes('cancel') && <Button label={isCanceling ? 'Cancel now' : 'Cancel'} icon="cancel" testid="pipeline-cancel" onPress={() => act('cancel')} />}
            </div>
            <div class="facts">
                <span class="num">#{pipeline.id}</span>
                <span class="with-icon"><Icon name={pipeline.tag ? 'tag' : 'branch'} size={13} />{pipeline.ref}</span>
                <span class="with-icon mono" title={pipeline.sha}><Icon name="commit" size={13} />{shortRef(pipeline.sha)}</span>
                {pipeline.commit && <span>{pipeline.commit.author_name}</span>}
                <span class="muted">{pipeline.source}{pipeline.user ? ` by ${pipeline.user.username}` : ''}, <Ago at={pipeline.created_at} /></span>
                {pipeline.started_at && <span class="with-icon"><Icon name="clock" size={13} /><Ticking started={pipeline.started_at} finished={pipeline.finished_at} seconds={pipeline.duration} /></span>}
                {pipeline.upstream && <span>started by <a href={pipelineHref(pipeline.upstream)} data-testid="upstream">{plainText(pipeline.upstream.job.name, 100)} of #{pipeline.upstream.id}</a></span>}
                {pipeline.coverage && <span data-testid="pipeline-coverage">coverage {Number(pipeline.coverage)} %</span>}
            </div>
        </>
    );
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
