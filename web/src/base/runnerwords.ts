// SPDX-License-Identifier: MIT
import type { Tone } from './states';
import type { Runner } from './types';

interface RunnerWord {
    key: string;
    word: string;
    tone: Tone;
}

/// What a runner is doing, in a word and a number. The first row that fits counts.
const rows: { fits: (runner: Runner) => boolean; say: (runner: Runner) => RunnerWord }[] = [
    { fits: (r) => r.status === 'never_contacted', say: () => ({ key: 'new', word: 'Never seen', tone: 'quiet' }) },
    { fits: (r) => r.status === 'stale', say: () => ({ key: 'stale', word: 'Stale', tone: 'quiet' }) },
    { fits: (r) => r.status === 'offline' || !r.online, say: () => ({ key: 'offline', word: 'Offline', tone: 'bad' }) },
    { fits: (r) => r.paused, say: () => ({ key: 'paused', word: 'Paused', tone: 'quiet' }) },
    { fits: (r) => (r.jobs_held ?? 0) > 0, say: (r) => ({ key: 'holding', word: `Holding ${r.jobs_held}${busy(r) ? `, busy ${busy(r)}` : ''}`, tone: 'held' }) },
    { fits: (r) => (r.jobs_running ?? 0) > 0, say: (r) => ({ key: 'busy', word: `Busy, ${r.jobs_running}`, tone: 'busy' }) },
    { fits: () => true, say: () => ({ key: 'idle', word: 'Idle', tone: 'good' }) },
];

function busy(runner: Runner): number {
    return Math.max(0, (runner.jobs_running ?? 0) - (runner.jobs_held ?? 0));
}

export function runnerWord(runner: Runner): RunnerWord {
    return rows.find(({ fits }) => fits(runner))!.say(runner);
}
