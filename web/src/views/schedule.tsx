// SPDX-License-Identifier: MIT
// A schedule, new or known, with the pipelines it made.
import { useState } from 'preact/hooks';
import { get, list, projectApi, send } from '../base/api';
import { cronWords } from '../base/cronwords';
import type { Schedule } from '../base/entities';
import { usePageTitle } from '../base/favicon';
import { loadRefs, type Refs } from '../base/refs';
import { useResource } from '../base/resource';
import { navigate } from '../base/router';
import { draftOf, saveVariables, variableChanges, wrongName, type ScheduleDraft } from '../base/scheduledraft';
import type { Pipeline } from '../base/types';
import { Button, Check, Field, Input, LinkButton, Select } from '../parts/controls';
import { Absent } from '../parts/empty';
import { Form } from '../parts/form';
import { FormError, useAttempts } from '../parts/formerror';
import { Layout, projectCrumbs } from '../parts/layout';
import { RefInput } from '../parts/refinput';
import { Moment } from '../parts/time';
import { toast } from '../parts/toast';
import { emptyVariable, VariableRows, type GivenVariable } from '../parts/variablerows';
import { PipelineRows } from './pipelinerows';

const names = ['description', 'cron', 'cron_timezone', 'ref', 'variables'] as const;

const rhythms = [
    ['', 'By a cron line'], ['0 * * * *', 'Every hour'], ['0 4 * * *', 'Every night'], ['0 6 * * 1-5', 'Monday to Friday'],
    ['0 4 * * 1', 'Every week'], ['0 4 1 * *', 'Every month'],
] as const;

const zones: string[] = (() => {
    const supported = (Intl as { supportedValuesOf?: (key: string) => string[] }).supportedValuesOf;
    return ['UTC', ...supported?.('timeZone') ?? []];
})();

function TimeFields({ draft, change, errors }: { draft: ScheduleDraft; change: (part: Partial<ScheduleDraft>) => void; errors: Record<string, string> }) {
    const rhythm = rhythms.find(([line]) => line === draft.cron)?.[0] ?? '';
    return (
        <>
            <div class="field-pair">
                <Field label="How often">{(id) => <Select id={id} value={rhythm} options={rhythms} testid="schedule-rhythm" onChange={(line) => line && change({ cron: line })} />}</Field>
                <Field label="Cron line" error={errors['cron']} hint={cronWords(draft.cron) || 'Minute, hour, day, month, weekday.'}>
                    {(id) => <Input id={id} class="mono" value={draft.cron} onText={(cron) => change({ cron })} required testid="schedule-cron" />}
                </Field>
            </div>
            <Field label="Time zone" error={errors['cron_timezone']}>{(id) => <Input id={id} value={draft.cron_timezone} onText={(zone) => change({ cron_timezone: zone })} list="time-zones" required testid="schedule-zone" />}</Field>
            <datalist id="time-zones">{zones.map((zone) => <option key={zone} value={zone} />)}</datalist>
        </>
    );
}

interface FormProps {
    path: string;
    refs: Refs;
    schedule: Schedule | null;
}

function given(schedule: Schedule | null): GivenVariable[] {
    return [...(schedule?.variables ?? []).map(({ key, value }) => ({ ...emptyVariable(), key, value })), emptyVariable()];
}

function ScheduleForm({ path, refs, schedule }: FormProps) {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
    const [draft, setDraft] = useState(() => draftOf(schedule, refs.project.default_branch ?? '', zone));
    const [variables, setVariables] = useState(() => given(schedule));
    const { errors, attempt } = useAttempts(names);
    const change = (part: Partial<ScheduleDraft>) => setDraft({ ...draft, ...part });
    const base = `${projectApi(path)}/pipeline_schedules`;
    const save = () => attempt(async () => {
        const wanted = variables.filter(({ key }) => key.trim()).map(({ key, value }) => ({ key: key.trim(), value }));
        const wrong = wrongName(wanted.map(({ key }) => key));
        if (wrong) {
            throw new Error(`variables: ${wrong}`);
        }
        const saved = await send<Schedule>(schedule ? 'PUT' : 'POST', schedule ? `${base}/${schedule.id}` : base, draft);
        await saveVariables(`${base}/${saved.id}`, variableChanges(schedule?.variables ?? [], wanted));
        toast('Saved.');
        navigate(`/${path}/-/pipeline_schedules`);
    });
    return (
        <Form class="form" testid="schedule-form" onSend={save}>
            <Field label="Description" error={errors.fields['description']}>{(id) => <Input id={id} value={draft.description} onText={(description) => change({ description })} required testid="schedule-description" />}</Field>
            <TimeFields draft={draft} change={change} errors={errors.fields} />
            <Field label="Branch or tag" error={errors.fields['ref']}>{(id) => <RefInput id={id} value={draft.ref} names={refs.names} onText={(ref) => change({ ref })} testid="schedule-ref" />}</Field>
            <VariableRows rows={variables} onChange={setVariables} />
            {errors.fields['variables'] && <p class="field-error" role="alert">{errors.fields['variables']}</p>}
            <Check label="Active: it runs by itself" checked={draft.active} onChange={(active) => change({ active })} testid="schedule-active" />
            <FormError text={errors.rest} />
            <div class="form-end">
                <Button label="Save" kind="primary" type="submit" testid="schedule-save" />
                <LinkButton href={`/${path}/-/pipeline_schedules`} label="Cancel" />
            </div>
        </Form>
    );
}

function Made({ path, schedule }: { path: string; schedule: Schedule }) {
    const address = `${projectApi(path)}/pipeline_schedules/${schedule.id}/pipelines?per_page=10&with_stages=true`;
    const pipelines = useResource(address, () => list<Pipeline>(address), { topics: [`project:${schedule.last_pipeline?.project_id ?? 0}`] });
    return pipelines.value && pipelines.value.items.length > 0
        ? <><h2 class="part">Its newest pipelines</h2><PipelineRows project={path} pipelines={pipelines.value.items} /></> : null;
}

/// Nobody may change it whom the coordinator does not tell its variables.
function Fixed({ schedule }: { schedule: Schedule }) {
    return (
        <dl class="pairs" data-testid="schedule-fixed">
            <div><dt>When</dt><dd>{cronWords(schedule.cron) || <code>{schedule.cron}</code>}, {schedule.cron_timezone}</dd></div>
            <div><dt>Branch or tag</dt><dd>{schedule.ref}</dd></div>
            <div><dt>Owner</dt><dd>{schedule.owner?.username ?? 'nobody'}</dd></div>
            <div><dt>Next run</dt><dd>{schedule.active ? <Moment at={schedule.next_run_at} /> : 'inactive'}</dd></div>
        </dl>
    );
}

export function SchedulePage({ path, id }: { path: string; id: number }) {
    const address = `${projectApi(path)}/pipeline_schedules/${id}`;
    const schedule = useResource(id ? address : null, () => get<Schedule>(address));
    const refs = useResource(`refs ${path}`, () => loadRefs(path));
    const value = schedule.value;
    const title = id ? value?.description ?? 'Schedule' : 'New schedule';
    usePageTitle(`${title} · ${path}`);
    const isReady = refs.value && (!id || value);
    return (
        <Layout crumbs={[...projectCrumbs(path), { label: 'Schedules', href: `/${path}/-/pipeline_schedules` }, { label: title }]} project={path} tab="schedules">
            <div class="head"><h1>{title}</h1></div>
            {!isReady && <Absent error={schedule.error ?? refs.error} reload={id ? schedule.reload : refs.reload} what="schedule" />}
            {value?.last_error && <p class="form-error" data-testid="schedule-error">The last run made no pipeline: {value.last_error}</p>}
            {isReady && (value && !value.variables ? <Fixed schedule={value} /> : <ScheduleForm path={path} refs={refs.value!} schedule={value ?? null} />)}
            {value && <Made path={path} schedule={value} />}
        </Layout>
    );
}
