// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { failureWord, jobLook } from '../base/states';
import { shortRef } from '../base/format';
import type { Job } from '../base/types';
import { Button, LinkButton } from '../parts/controls';
import { Icon } from '../parts/icons';
import { StateBadge } from '../parts/state';
import { Countdown, Ticking } from '../parts/time';
import { JobActions } from './jobactions';
import { PlayDialog } from './playdialog';

interface JobHeadProps {
    path: string;
    job: Job;
    reload: () => void;
    /// Absent while a terminal is open already.
    onDebug?: () => void;
}

export function HoldBanner({ job }: { job: Job }) {
    if (!job.hold || job.status !== 'running') {
        return null;
    }
    return (
        <p class="hold" role="status" data-testid="hold-banner">
            <Icon name="terminal" />
            <span>The script has ended; a terminal keeps the job. It is released when the terminal closes, or <b><Countdown until={job.hold.until} lead="in " readLead="at" /></b>.</span>
        </p>
    );
}

function Debug({ path, job, onDebug }: Pick<JobHeadProps, 'path' | 'job' | 'onDebug'>) {
    if (job.terminal?.available && !onDebug) {
        return null;
    }
    if (job.terminal?.available) {
        return (
            <span class="button-pair">
                <Button label="Debug" icon="terminal" kind="held" testid="job-debug" title="Open a terminal in the running job (t)" onPress={onDebug} />
                <LinkButton href={`/${path}/-/jobs/${job.id}/terminal`} label="Terminal on its own page" icon="external" kind="held" bare testid="job-terminal-page" />
            </span>
        );
    }
    return job.status === 'running' && job.terminal?.reason
        ? <Button label="Debug" icon="terminal" disabled testid="job-debug-off" /> : null;
}

function PlayWithVariables({ job, reload }: { job: Job; reload: () => void }) {
    const [asking, setAsking] = useState(false);
    if (job.status !== 'manual' || !job.actions?.includes('play')) {
        return null;
    }
    return (
        <>
            <Button label="Run with variables" testid="job-play-variables" onPress={() => setAsking(true)} />
            {asking && <PlayDialog job={job} onClose={(played) => {
                setAsking(false);
                if (played) {
                    reload();
                }
            }} />}
        </>
    );
}

export function JobHead({ path, job, reload, onDebug }: JobHeadProps) {
    return (
        <div class="job-head">
            <div class="head">
                <StateBadge look={jobLook(job)} announce testid="job-state" />
                <div class="head-text"><h1>{job.name}</h1></div>
                <div class="head-actions">
                    <JobActions job={job} path={path} done={reload} />
                    <PlayWithVariables job={job} reload={reload} />
                    <Debug path={path} job={job} onDebug={onDebug} />
                </div>
            </div>
            <div class="facts">
                <span class="with-icon"><Icon name={job.tag ? 'tag' : 'branch'} size={13} />{job.ref}</span>
                <span class="with-icon mono" title={job.commit.id}><Icon name="commit" size={13} />{job.commit.short_id || shortRef(job.commit.id)}</span>
                <span class="fact-title">{job.commit.title}</span>
                {job.started_at && <span class="with-icon"><Icon name="clock" size={13} /><Ticking started={job.started_at} finished={job.finished_at} seconds={job.duration} /></span>}
                {job.failure_reason && job.status === 'failed' && (
                    <span class="bad-text" data-testid="failure-reason">{failureWord(job.failure_reason)}{job.exit_code !== null ? `, exit code ${job.exit_code}` : ''}</span>
                )}
            </div>
            {job.status === 'running' && job.terminal?.available === false && job.terminal.reason && (
                <p class="hint" data-testid="job-debug-reason">No terminal: {job.terminal.reason}.</p>
            )}
            <HoldBanner job={job} />
        </div>
    );
}
