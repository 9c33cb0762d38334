// SPDX-License-Identifier: MIT
// A log without lines says in words why there are none.
import type { ComponentChildren } from 'preact';
import { session } from '../base/api';
import { sentence } from '../base/format';
import { failureWord } from '../base/states';
import type { Job, State } from '../base/types';
import { Ago } from '../parts/time';

/// The coordinator's word, and the way to mend it for who may.
function Waiting({ reason }: { reason: string }) {
    return <>{sentence(reason)}{session.value?.user.is_admin && <> <a href="/admin/runners">Runners</a></>}</>;
}

const words: Record<State, (job: Job) => ComponentChildren> = {
    created: (job) => job.needs?.length ? `Not started: it waits for ${job.needs.join(', ')}.` : 'Not started: earlier stages are not done yet.',
    waiting_for_resource: () => 'Waiting for its resource group: another job holds it.',
    preparing: () => 'Being prepared.',
    pending: (job) => job.waiting_reason ? <Waiting reason={job.waiting_reason} /> : job.tag_list.length > 0
        ? `Waiting for a runner with the tags ${job.tag_list.join(', ')}.` : 'Waiting for a runner that takes jobs without tags.',
    running: () => 'No output yet.',
    canceling: () => 'Being canceled; no output yet.',
    manual: (job) => job.actions?.includes('play') ? 'Not started: it runs when somebody presses Run.' : 'Not started: it waits for somebody who may run it.',
    scheduled: (job) => job.start_at ? <>Not started: it starts by itself <Ago at={job.start_at} />.</> : 'Not started: it is delayed and starts by itself.',
    skipped: () => 'Skipped: something before it failed or left it out.',
    canceled: (job) => job.started_at ? 'Canceled before it wrote anything.' : 'Canceled before it started.',
    success: () => 'It wrote nothing.',
    failed: (job) => job.failure_reason ? `It wrote nothing: ${failureWord(job.failure_reason)}.` : 'It wrote nothing.',
};

export function logWords(job: Job): ComponentChildren {
    if (job.erased_at) {
        return 'The log and the artifacts were erased.';
    }
    return words[job.status]?.(job) ?? '';
}
