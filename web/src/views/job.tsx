// SPDX-License-Identifier: MIT
import { lazy } from '../base/lazy';
import { useEffect, useState } from 'preact/hooks';
import { get, projectApi } from '../base/api';
import { usePageTitle } from '../base/favicon';
import { useShortcuts } from '../base/keys';
import type { Change } from '../base/livemessage';
import { jobAfter } from '../base/pipelinenews';
import { useResource, type Resource } from '../base/resource';
import { navigate } from '../base/router';
import { isActive, isFinished, jobLook } from '../base/states';
import type { Job } from '../base/types';
import { LogPanel } from '../log/logpanel';
import { Absent } from '../parts/empty';
import { Layout, projectCrumbs } from '../parts/layout';
import { logWords } from './emptylog';
import { JobHead } from './jobhead';
import { JobSide } from './jobside';
import { recall } from '../terminal/world';

const TerminalPanel = lazy(() => import('../terminal/panel').then((module) => module.TerminalPanel));

function applyJob(value: Job, change: Change): Job | undefined {
    if (change.entity !== 'job' || change.id !== value.id) {
        return value;
    }
    return jobAfter(value, change.data);
}

/// What the caller may do hangs on the state: fetched again when that moved.
export function jobMoved(value: Job, change: Change): boolean {
    const next = change.data as unknown as Job;
    return change.entity === 'job' && change.id === value.id && (next.status !== value.status || !next.hold !== !value.hold);
}

export function useJob(path: string, id: number): Resource<Job> {
    const base = `${projectApi(path)}/jobs/${id}`;
    return useResource(base, () => get<Job>(base), { topics: [`job:${id}`], apply: applyJob, alsoFetch: jobMoved });
}

export function jobCrumbs(path: string, id: number, job: Job | undefined) {
    return [
        ...projectCrumbs(path),
        ...(job ? [{ label: `#${job.pipeline.id}`, href: `/${path}/-/pipelines/${job.pipeline.id}` }] : []),
        { label: job?.name ?? `Job ${id}` },
    ];
}

// Whether the runner's channel is up is no news of the job: asked for while it is what a reader waits for.
const terminalPollMs = 10000;

function useTerminalPoll(job: Job, reload: () => void): void {
    const waiting = job.status === 'running' && job.terminal?.available === false;
    useEffect(() => {
        const timer = waiting ? window.setInterval(reload, terminalPollMs) : 0;
        return () => window.clearInterval(timer);
    }, [waiting, reload]);
}

function JobBody({ path, job, reload }: { path: string; job: Job; reload: () => void }) {
    useTerminalPoll(job, reload);
    // A reload comes back to the shell that was open.
    const [terminal, setTerminal] = useState(() => recall(job.id) !== null);
    // A phone has no room for a log and a terminal.
    const open = () => window.matchMedia('(max-width: 640px)').matches ? navigate(`/${path}/-/jobs/${job.id}/terminal`) : setTerminal(true);
    useShortcuts(job.terminal?.available ? [{ keys: 't', label: 'Open a terminal in the job', run: open }] : []);
    return (
        <>
            <JobHead path={path} job={job} reload={reload} onDebug={terminal ? undefined : open} />
            <div class="job-body">
                <div class="job-main">
                    <LogPanel key={job.erased_at ? 'erased' : 'log'} project={job.pipeline.project_id} job={job.id} active={isActive(job.status) || !isFinished(job.status)}
                        started={job.started_at} empty={logWords(job)} />
                    {terminal && (
                        <section class="dock" aria-label="Terminal" data-testid="terminal-dock">
                            <TerminalPanel project={job.pipeline.project_id} job={job} path={path} docked onClose={() => setTerminal(false)} />
                        </section>
                    )}
                </div>
                <JobSide path={path} job={job} reload={reload} />
            </div>
        </>
    );
}

export function JobPage({ path, id }: { path: string; id: number }) {
    const job = useJob(path, id);
    const value = job.value;
    usePageTitle(value ? `${value.name} · ${path}` : `Job ${id}`, value ? jobLook(value) : undefined);
    return (
        <Layout crumbs={jobCrumbs(path, id, value)} full>
            {value ? <JobBody key={id} path={path} job={value} reload={job.reload} /> : <Absent error={job.error} reload={job.reload} what="job" />}
        </Layout>
    );
}
