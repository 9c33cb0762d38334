// SPDX-License-Identifier: MIT
// What may be done with a pipeline: what the coordinator allows with its jobs.
import type { Job } from './types';

export type PipelineAction = 'retry' | 'cancel';

/// A pipeline's retry is one of the jobs that failed or were canceled, whatever the others do.
export function pipelineActions(jobs: Job[]): PipelineAction[] {
    const allows = (job: Job, action: PipelineAction) => job.actions?.includes(action) ?? false;
    const retry = jobs.some((job) => (job.status === 'failed' || job.status === 'canceled') && allows(job, 'retry'));
    return [...(retry ? ['retry' as const] : []), ...(jobs.some((job) => allows(job, 'cancel')) ? ['cancel' as const] : [])];
}
