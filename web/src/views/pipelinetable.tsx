// SPDX-License-Identifier: MIT
// The same as the graph, as a table: for screen readers, phones and very many jobs.
import { jobHref } from '../base/joblink';
import { jobLook, failureWord } from '../base/states';
import type { Job } from '../base/types';
import { StateBadge } from '../parts/state';
import { Ticking } from '../parts/time';
import { JobActions } from './jobactions';
import type { PipelineViewProps } from './pipelinegraph';

function JobRow({ job, path, reload }: { job: Job; path: string; reload: () => void }) {
    return (
        <tr data-testid="job-row" data-name={job.name}>
            <td><StateBadge look={jobLook(job)} /></td>
            <td>
                <a class="row-title" href={jobHref(job, path)}>{job.name}{job.downstream_pipeline ? ` → #${job.downstream_pipeline.id}` : ''}</a>
                {job.failure_reason && <p class="row-note">{job.failure_message || failureWord(job.failure_reason)}</p>}
            </td>
            <td class="muted wide-only">{job.needs?.length ? job.needs.join(', ') : ''}</td>
            <td class="muted wide-only">{job.runner?.description ?? ''}</td>
            <td class="num right">{job.started_at ? <Ticking started={job.started_at} finished={job.finished_at} seconds={job.duration} /> : ''}</td>
            <td class="right nowrap"><JobActions job={job} path={path} done={reload} compact /></td>
        </tr>
    );
}

export function PipelineTable({ path, stages, reload }: PipelineViewProps) {
    return (
        <div class="table-scroll">
            <table class="table jobs" data-testid="pipeline-table">
                <thead><tr><th>State</th><th>Job</th><th class="wide-only">Needs</th><th class="wide-only">Runner</th><th class="right">Time</th><th><span class="off-screen">Actions</span></th></tr></thead>
                {stages.map(({ name, groups }) => (
                    <tbody key={name}>
                        <tr class="table-part"><th colSpan={6} scope="rowgroup">{name}</th></tr>
                        {groups.flatMap((group) => group.jobs).map((job) => <JobRow key={job.id} job={job} path={path} reload={reload} />)}
                    </tbody>
                ))}
            </table>
        </div>
    );
}
