// SPDX-License-Identifier: MIT
// What a state looks like and how it is said: one row each, used by every page. "held" and "warning"
// are not states of the engine but two things a person must be able to tell from their neighbours.
import type { Job, State } from './types';

export type Look = State | 'held' | 'warning' | 'unknown';
export type Tone = 'good' | 'bad' | 'busy' | 'wait' | 'warn' | 'quiet' | 'held';

interface Row {
    word: string;
    tone: Tone;
}

const rows: Record<Look, Row> = {
    created: { word: 'Not started', tone: 'quiet' },
    waiting_for_resource: { word: 'Waiting for resource', tone: 'wait' },
    preparing: { word: 'Preparing', tone: 'wait' },
    pending: { word: 'Pending', tone: 'wait' },
    running: { word: 'Running', tone: 'busy' },
    canceling: { word: 'Canceling', tone: 'busy' },
    success: { word: 'Passed', tone: 'good' },
    failed: { word: 'Failed', tone: 'bad' },
    canceled: { word: 'Canceled', tone: 'quiet' },
    skipped: { word: 'Skipped', tone: 'quiet' },
    manual: { word: 'Manual', tone: 'quiet' },
    scheduled: { word: 'Delayed', tone: 'wait' },
    held: { word: 'Held', tone: 'held' },
    warning: { word: 'Failed, allowed', tone: 'warn' },
    unknown: { word: 'Unknown', tone: 'quiet' },
};

const failureWords: Record<string, string> = {
    script_failure: 'the script failed',
    runner_system_failure: 'the runner was lost or broke',
    job_execution_timeout: 'it took longer than its timeout',
    image_pull_failure: 'the image could not be pulled',
    runner_configuration_error: 'the runner is set up wrongly',
    runner_interrupted: 'the runner was stopped',
    api_failure: 'the runner could not reach the coordinator',
    stuck_or_timeout_failure: 'no runner took it in time',
    missing_dependency_failure: 'artifacts it needs are missing',
    runner_unsupported: 'no runner can do what it asks',
    stale_schedule: 'its schedule was too old',
    archived_failure: 'the project is archived',
    unmet_prerequisites: 'its prerequisites failed',
    data_integrity_failure: 'its data was damaged',
    trace_size_exceeded: 'its log grew past the limit',
};

export const lookWord = (look: Look): string => rows[look].word;
export const lookTone = (look: Look): Tone => rows[look].tone;

export function stateLook(state: string): Look {
    return Object.hasOwn(rows, state) ? state as Look : 'unknown';
}

export function jobLook(job: Pick<Job, 'status' | 'allow_failure' | 'hold'>): Look {
    if (job.hold && job.status === 'running') {
        return 'held';
    }
    return job.status === 'failed' && job.allow_failure ? 'warning' : stateLook(job.status);
}

export function failureWord(reason: string | null): string {
    return reason ? failureWords[reason] ?? reason.replace(/_/g, ' ') : '';
}

export function isFinished(state: State): boolean {
    return state === 'success' || state === 'failed' || state === 'canceled' || state === 'skipped';
}

export function isActive(state: State): boolean {
    return state === 'running' || state === 'canceling' || state === 'pending' || state === 'preparing'
        || state === 'waiting_for_resource';
}

// The worst first: what a group of jobs shows as a whole.
const weight: Look[] = ['held', 'running', 'canceling', 'pending', 'preparing', 'waiting_for_resource', 'failed',
    'warning', 'scheduled', 'manual', 'canceled', 'created', 'success', 'skipped', 'unknown'];

export function groupLook(looks: Look[]): Look {
    return weight.find((look) => looks.includes(look)) ?? 'unknown';
}
