// SPDX-License-Identifier: MIT
// What may be done with a job, one row each; the coordinator says which of them are allowed now.
import { send } from '../base/api';
import { navigate } from '../base/router';
import { isActive } from '../base/states';
import type { Job } from '../base/types';
import { Button } from '../parts/controls';
import { ask } from '../parts/dialog';
import type { IconName } from '../parts/icons';

interface Action {
    name: string;
    label: string;
    icon: IconName;
    kind: 'plain' | 'primary' | 'danger';
    /// The answer is another job: the page goes there.
    makesJob?: boolean;
    question?: string;
}

const actions: Action[] = [
    { name: 'play', label: 'Run', icon: 'play', kind: 'primary' },
    { name: 'cancel', label: 'Cancel', icon: 'cancel', kind: 'plain' },
    { name: 'retry', label: 'Retry', icon: 'retry', kind: 'plain', makesJob: true },
    { name: 'erase', label: 'Erase', icon: 'trash', kind: 'plain', question: 'The log and the artifacts of this job will be deleted.' },
];

async function perform(action: Action, job: Job, path: string, done: () => void, follow: boolean): Promise<void> {
    const question = action.question ?? (action.name === 'play' ? job.manual_confirmation : null);
    if (question && !await ask({ title: `${action.label} ${job.name}?`, text: question, action: action.label, danger: action.name === 'erase' })) {
        return;
    }
    // A second cancel is the forced one: the polite one waits for after_script.
    const body = action.name === 'cancel' && job.status === 'canceling' ? { force: true } : {};
    const answer = await send<Job>('POST', `/projects/${job.pipeline.project_id}/jobs/${job.id}/${action.name}`, body);
    if (action.makesJob && follow) {
        navigate(`/${path}/-/jobs/${answer.id}`);
    }
    done();
}

interface JobActionsProps {
    job: Job;
    path: string;
    done: () => void;
    /// Only icons, only of what is usual, and after a retry the page stays where it is.
    compact?: boolean;
}

export function JobActions({ job, path, done, compact }: JobActionsProps) {
    const quiet = (name: string) => name === 'erase' || (name === 'cancel' && !isActive(job.status));
    const allowed = actions.filter(({ name }) => job.actions?.includes(name) && !(compact && quiet(name)));
    return (
        <>
            {allowed.map((action) => {
                const label = action.name === 'cancel' && job.status === 'canceling' ? 'Cancel now' : action.label;
                return (
                    <Button key={action.name} label={compact ? `${label} ${job.name}` : label} icon={action.icon}
                        kind={compact ? 'ghost' : action.kind} bare={compact} testid={`job-${action.name}`}
                        onPress={() => perform(action, job, path, done, !compact)} />
                );
            })}
        </>
    );
}
