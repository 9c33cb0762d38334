// SPDX-License-Identifier: MIT
// Stages as columns, jobs as pills; the needs of the job under the pointer or the focus are drawn.
import { useRef, useState } from 'preact/hooks';
import { jobHref } from '../base/joblink';
import { groupNeeds, variantName, type JobGroup, type Stage } from '../base/jobgroups';
import { jobLook, lookWord, type Look } from '../base/states';
import type { Job } from '../base/types';
import { Countdown, Ticking } from '../parts/time';
import { Icon } from '../parts/icons';
import { StateIcon } from '../parts/state';
import { JobActions } from './jobactions';
import { NeedLines } from './needlines';

export interface PipelineViewProps {
    path: string;
    stages: Stage[];
    reload: () => void;
}

interface PillProps {
    job: Job;
    path: string;
    label: string;
    reload: () => void;
}

function Pill({ job, path, label, reload }: PillProps) {
    const look = jobLook(job);
    return (
        <div class="pill" data-testid="job-pill" data-name={job.name} data-state={look}>
            <a href={jobHref(job, path)} title={`${job.name}: ${lookWord(look)}`}>
                <StateIcon look={look} />
                <span class="pill-name">{label}</span>
                {job.downstream_pipeline && <span class="pill-state num">→ #{job.downstream_pipeline.id}</span>}
                <span class="pill-state">
                    {job.hold && look === 'held' ? <>held <Countdown until={job.hold.until} /></>
                        : job.started_at ? <Ticking started={job.started_at} finished={job.finished_at} seconds={job.duration} />
                            : lookWord(look)}
                </span>
            </a>
            <JobActions job={job} path={path} done={reload} compact />
            {job.failure_message && <p class="pill-reason" data-testid="pill-reason">{job.failure_message}</p>}
        </div>
    );
}

function Counts({ jobs }: { jobs: Job[] }) {
    const tally = new Map<Look, number>();
    for (const look of jobs.map(jobLook)) {
        tally.set(look, (tally.get(look) ?? 0) + 1);
    }
    return (
        <span class="counts num">
            {[...tally].map(([look, number]) => (
                <span key={look} title={`${number} ${lookWord(look).toLowerCase()}`} aria-label={`${number} ${lookWord(look).toLowerCase()}`}>
                    <StateIcon look={look} size={13} />{number}
                </span>
            ))}
        </span>
    );
}

function Matrix({ group, path, reload }: { group: JobGroup; path: string; reload: () => void }) {
    const [open, setOpen] = useState(group.jobs.length <= 4);
    return (
        <div class="matrix" data-testid="job-matrix" data-name={group.name}>
            <button type="button" class="matrix-head" aria-expanded={open} onClick={() => setOpen(!open)}>
                <StateIcon look={group.look} />
                <span class="pill-name">{group.name}</span>
                <Counts jobs={group.jobs} />
                <span class={open ? 'fold open' : 'fold'}><Icon name="chevron" size={12} /></span>
            </button>
            {open && group.jobs.map((job) => <Pill key={job.id} job={job} path={path} label={variantName(job.name)} reload={reload} />)}
        </div>
    );
}

export function PipelineGraph({ path, stages, reload }: PipelineViewProps) {
    const board = useRef<HTMLDivElement>(null);
    const [focus, setFocus] = useState('');
    const needs = new Map(stages.flatMap(({ groups }) => groups).map((group) => [group.name, groupNeeds(group)]));
    const enter = (event: Event) => {
        const node = (event.target as Element).closest<HTMLElement>('[data-group]');
        setFocus(node?.dataset['group'] ?? '');
    };
    return (
        <div class="graph" ref={board} onMouseOver={enter} onMouseLeave={() => setFocus('')} onFocusCapture={enter} data-testid="pipeline-graph">
            <NeedLines board={board} needs={needs} focus={focus} />
            {stages.map(({ name, groups }) => (
                <section class="stage" key={name} aria-label={`Stage ${name}`} data-testid="stage" data-name={name}>
                    <h3>{name}</h3>
                    {groups.map((group) => (
                        <div key={group.name} data-group={group.name}>
                            {group.jobs.length > 1
                                ? <Matrix group={group} path={path} reload={reload} />
                                : <Pill job={group.jobs[0]!} path={path} label={group.jobs[0]!.name} reload={reload} />}
                        </div>
                    ))}
                </section>
            ))}
        </div>
    );
}
