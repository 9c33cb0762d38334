// SPDX-License-Identifier: MIT
// Jobs of a pipeline in the order they are shown: stages, and within them one node for the jobs that
// a matrix or `parallel` made of one definition.
import { groupLook, jobLook, type Look } from './states';
import type { Job } from './types';

export interface JobGroup {
    name: string;
    jobs: Job[];
    look: Look;
}

export interface Stage {
    name: string;
    groups: JobGroup[];
}

/// "test: [gcc, 13]" and "test 2/4" both come from "test" (GitLab names them so).
export function definitionName(name: string): string {
    return /^(.+?)(?:: \[.*\]| \d+\/\d+)$/.exec(name)?.[1] ?? name;
}

/// What is left of the name within its group.
export function variantName(name: string): string {
    const whole = definitionName(name);
    return whole === name ? name : name.slice(whole.length).replace(/^: \[(.*)\]$/, '$1').trim();
}

export function arrange(jobs: Job[], stageOrder: string[]): Stage[] {
    const stages = new Map<string, Map<string, Job[]>>(stageOrder.map((name) => [name, new Map()]));
    for (const job of [...jobs].sort((a, b) => a.id - b.id)) {
        const stage = stages.get(job.stage) ?? new Map<string, Job[]>();
        stages.set(job.stage, stage);
        const name = definitionName(job.name);
        stage.set(name, [...stage.get(name) ?? [], job]);
    }
    return [...stages].filter(([, groups]) => groups.size > 0).map(([name, groups]) => ({
        name,
        groups: [...groups].map(([group, members]) => ({ name: group, jobs: members, look: groupLook(members.map(jobLook)) })),
    }));
}

/// Which groups a group waits for, by name: `needs` may name a definition or one variant of it.
export function groupNeeds(group: JobGroup): string[] {
    return [...new Set(group.jobs.flatMap((job) => job.needs ?? []).map(definitionName))];
}
