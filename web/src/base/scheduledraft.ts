// SPDX-License-Identifier: MIT
// What the form of a schedule holds, and how its variables get to the coordinator.
import { send } from './api';
import type { KeyValue, Schedule } from './entities';

export interface ScheduleDraft {
    description: string;
    ref: string;
    cron: string;
    cron_timezone: string;
    active: boolean;
}

export function draftOf(schedule: Schedule | null, ref: string, zone: string): ScheduleDraft {
    return schedule
        ? { description: schedule.description, ref: schedule.ref, cron: schedule.cron, cron_timezone: schedule.cron_timezone, active: schedule.active }
        : { description: '', ref, cron: '0 4 * * *', cron_timezone: zone, active: true };
}

export interface VariableChange {
    method: 'POST' | 'PUT' | 'DELETE';
    key: string;
    body?: KeyValue;
}

/// From the variables that are there to those that are wanted; a file stays a file.
export function variableChanges(before: KeyValue[], wanted: { key: string; value: string }[]): VariableChange[] {
    const gone = before.filter(({ key }) => !wanted.some((each) => each.key === key));
    const changes: VariableChange[] = gone.map(({ key }) => ({ method: 'DELETE', key }));
    for (const { key, value } of wanted) {
        const known = before.find((each) => each.key === key);
        if (!known || known.value !== value) {
            changes.push({ method: known ? 'PUT' : 'POST', key, body: { key, value, variable_type: known?.variable_type ?? 'env_var' } });
        }
    }
    return changes;
}

/// The first name that cannot be one, or is there twice, in words; '' when all are fine.
export function wrongName(keys: string[]): string {
    const bad = keys.find((key) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(key));
    const twice = keys.find((key, index) => keys.indexOf(key) !== index);
    return bad !== undefined ? `${bad}: a name has letters, digits and _, and does not begin with a digit.` : twice !== undefined ? `${twice} is there twice.` : '';
}

export async function saveVariables(address: string, changes: VariableChange[]): Promise<void> {
    for (const { method, key, body } of changes) {
        await send(method, method === 'POST' ? `${address}/variables` : `${address}/variables/${encodeURIComponent(key)}`, body);
    }
}
