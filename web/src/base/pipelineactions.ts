// SPDX-License-Identifier: MIT
// What may be done with a pipeline: what the coordinator allows with its jobs.
import type { Job, Pipeline } from './types';

export type PipelineAction = 'retry' | 'cancel';

/// A pipeline's retry is one of the jobs that failed or were canceled, whatever the others do.
export function pipelineActions(jobs: Job[]): PipelineAction[] {
    const allows = (job: Job, action: PipelineAction) => job.actions?.includes(action) ?? false;
    const retry = jobs.some((job) => (job.status === 'failed' || job.status === 'canceled') && allows(job, 'retry'));
    return [...(retry ? ['retry' as const] : []), ...(jobs.some((job) => allows(job, 'cancel')) ? ['cancel' as const] : [])];
}

/// A job after news of it. These are for all readers and say nothing of what only some may see: the
/// pipeline of another project that it started.
export function jobAfter(job: Job, data: Partial<Job>): Job {
    return { ...job, ...data, ...(job.downstream_pipeline && !data.downstream_pipeline && { downstream_pipeline: job.downstream_pipeline }) };
}

/// The same for a pipeline: by which job of another project it was started.
export function pipelineAfter(pipeline: Pipeline, data: Partial<Pipeline>): Pipeline {
    return { ...pipeline, ...data, ...(pipeline.upstream && !data.upstream && { upstream: pipeline.upstream }) };
}
