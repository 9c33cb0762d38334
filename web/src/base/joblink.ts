// SPDX-License-Identifier: MIT
// Where a job leads: to its page, and a trigger job, which has no log, to the pipeline that it started.
import type { Job, PipelineRef } from './types';

/// The address of a pipeline on this site, whatever host the answer names.
export function pipelineHref(pipeline: PipelineRef): string {
    return new URL(pipeline.web_url, 'http://host').pathname;
}

/// undefined: nowhere (yet).
export function jobHref(job: Job, path: string): string | undefined {
    if (job.downstream_pipeline === undefined) {
        return `/${path}/-/jobs/${job.id}`;
    }
    return job.downstream_pipeline ? pipelineHref(job.downstream_pipeline) : undefined;
}
