// SPDX-License-Identifier: MIT
import { get, projectApi, send, session } from '../base/api';
import { cronWords } from '../base/cronwords';
import type { Schedule } from '../base/entities';
import { usePageTitle } from '../base/favicon';
import { loadAll } from '../base/paging';
import { isProtected } from '../base/protectedrefs';
import { useResource } from '../base/resource';
import { isDeveloper, isMaintainer } from '../base/roles';
import { navigate } from '../base/router';
import { useProject } from '../base/useproject';
import type { Pipeline, Project } from '../base/types';
import { Button, LinkButton } from '../parts/controls';
import { ask } from '../parts/dialog';
import { Absent, Empty } from '../parts/empty';
import { Icon } from '../parts/icons';
import { Layout, projectCrumbs } from '../parts/layout';
import { Ago, Moment } from '../parts/time';

interface Rights {
    /// Run and, where it is one's own, change.
    onRef: boolean;
    change: boolean;
    remove: boolean;
    takeOver: boolean;
}

function rightsOn(schedule: Schedule, project: Project, patterns: string[]): Rights {
    const own = schedule.owner?.id === session.value?.user.id;
    const onRef = isMaintainer(project) || (isDeveloper(project) && !isProtected(patterns, schedule.ref));
    const change = own && onRef;
    return { onRef, change, remove: isMaintainer(project) || change, takeOver: isMaintainer(project) && !own };
}

/// Starts it now and goes to the pipeline that it made.
async function play(base: string, path: string): Promise<void> {
    await send('POST', `${base}/play`);
    const [pipeline] = await get<Pipeline[]>(`${base}/pipelines?per_page=1`);
    navigate(pipeline ? `/${path}/-/pipelines/${pipeline.id}` : `/${path}/-/pipelines`);
}

function NextRun({ schedule }: { schedule: Schedule }) {
    if (!schedule.active || !schedule.next_run_at) {
        return <span class="muted">{schedule.active ? 'not planned' : 'inactive'}</span>;
    }
    return <><span data-testid="schedule-next"><Ago at={schedule.next_run_at} /></span><span class="muted"><Moment at={schedule.next_run_at} /></span></>;
}

interface ScheduleRowProps {
    path: string;
    schedule: Schedule;
    rights: Rights;
    reload: () => void;
}

function ScheduleActions({ path, schedule, rights, reload }: ScheduleRowProps) {
    const base = `${projectApi(path)}/pipeline_schedules/${schedule.id}`;
    const takeOver = async () => {
        if (await ask({ title: `Take over ${schedule.description}?`, text: 'Its pipelines run in your name and with your rights from then on.', action: 'Take over' })) {
            await send('POST', `${base}/take_ownership`);
            reload();
        }
    };
    const remove = async () => {
        if (await ask({ title: `Delete ${schedule.description}?`, text: 'It starts no more pipelines; those that it made stay.', action: 'Delete', danger: true })) {
            await send('DELETE', base);
            reload();
        }
    };
    return (
        <span class="row-actions">
            {rights.onRef && <Button label={`Run ${schedule.description} now`} icon="play" kind="ghost" bare testid="schedule-play" onPress={() => play(base, path)} />}
            {rights.takeOver && <Button label="Take over" kind="ghost" testid="schedule-take" onPress={takeOver} />}
            {rights.change && <LinkButton href={`/${path}/-/pipeline_schedules/${schedule.id}/edit`} label="Edit" kind="ghost" testid="schedule-edit" />}
            {rights.remove && <Button label={`Delete ${schedule.description}`} icon="trash" kind="ghost" bare testid="schedule-delete" onPress={remove} />}
        </span>
    );
}

function ScheduleRow(props: ScheduleRowProps) {
    const { path, schedule } = props;
    const words = cronWords(schedule.cron);
    return (
        <li class="row schedule-row" data-testid="schedule-row" data-id={schedule.id} data-active={schedule.active}>
            <div class="row-main">
                <a class="row-title" href={`/${path}/-/pipeline_schedules/${schedule.id}/edit`}>{schedule.description}</a>
                <p class="row-note">
                    <span title={schedule.cron}>{words || <code>{schedule.cron}</code>}, {schedule.cron_timezone}</span>
                    <span class="with-icon"><Icon name="branch" size={13} />{schedule.ref}</span>
                    {schedule.owner && <span>{schedule.owner.username}</span>}
                </p>
                {schedule.last_error && <p class="row-note bad-text" data-testid="schedule-error">The last run made no pipeline: {schedule.last_error}</p>}
            </div>
            <div class="row-next"><NextRun schedule={schedule} /></div>
            <ScheduleActions {...props} />
        </li>
    );
}

interface Loaded {
    schedules: Schedule[];
    /// Patterns of protected branches.
    patterns: string[];
}

async function load(path: string): Promise<Loaded> {
    const base = projectApi(path);
    // Who may not read the code sees the list all the same, without a control that would need it.
    const patterns = loadAll<{ name: string }>(`${base}/protected_branches`).catch(() => []);
    const schedules = await loadAll<Schedule>(`${base}/pipeline_schedules`);
    return { schedules, patterns: (await patterns).map(({ name }) => name) };
}

export function SchedulesPage({ path }: { path: string }) {
    usePageTitle(`Schedules · ${path}`);
    const project = useProject(path);
    const value = project.value;
    // A pipeline of a schedule moves its next run.
    const loaded = useResource(`schedules ${path}`, () => load(path), { topics: value ? [`project:${value.id}`] : [] });
    const rows = loaded.value?.schedules;
    return (
        <Layout crumbs={[...projectCrumbs(path), { label: 'Schedules' }]} project={path} tab="schedules">
            <div class="head">
                <h1>Schedules</h1>
                {isDeveloper(value) && <LinkButton href={`/${path}/-/pipeline_schedules/new`} label="New schedule" icon="plus" kind="primary" testid="schedule-new" />}
            </div>
            {(!rows || !value) && <Absent error={loaded.error ?? project.error} reload={loaded.reload} what="list of schedules" />}
            {rows?.length === 0 && value && <Empty title="No schedules"><p>A schedule runs a branch or tag by the clock: every night, every Monday, every hour.</p></Empty>}
            {rows && rows.length > 0 && value && (
                <ul class="rows" data-testid="schedule-list">
                    {rows.map((schedule) => <ScheduleRow key={schedule.id} path={path} schedule={schedule} rights={rightsOn(schedule, value, loaded.value?.patterns ?? [])} reload={loaded.reload} />)}
                </ul>
            )}
        </Layout>
    );
}
