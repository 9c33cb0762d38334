// SPDX-License-Identifier: MIT
// What news makes of jobs and pipelines that the page shows.
import type { Change } from './livemessage';
import type { Job, Pipeline } from './types';

/// A job after news of it. These are for all readers and say nothing of what only some may see: the
/// pipeline of another project that it started.
export function jobAfter(job: Job, data: Partial<Job>): Job {
    return { ...job, ...data, ...(job.downstream_pipeline && !data.downstream_pipeline && { downstream_pipeline: job.downstream_pipeline }) };
}

/// The same for a pipeline: by which job of another project it was started.
export function pipelineAfter(pipeline: Pipeline, data: Partial<Pipeline>): Pipeline {
    return { ...pipeline, ...data, ...(pipeline.upstream && !data.upstream && { upstream: pipeline.upstream }) };
}

/// A job that the list does not have (a retry) is fetched with the others: undefined.
export function jobsAfter(jobs: Job[], change: Change): Job[] | undefined {
    if (change.entity !== 'job') {
        return jobs;
    }
    const known = jobs.some(({ id }) => id === change.id);
    return known ? jobs.map((job) => job.id === change.id ? jobAfter(job, change.data) : job) : undefined;
}
