// SPDX-License-Identifier: MIT
// A job's log with its tools and keys: what the job page embeds.
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { useShortcuts } from '../base/keys';
import { wrapLines } from '../base/preferences';
import { Button } from '../parts/controls';
import { toastError } from '../parts/toast';
import { LineKind } from './linekind';
import { LogTools } from './logtools';
import { LogView } from './logview';
import { LogModel } from './model';
import { LogSearch } from './search';
import { LogSource } from './source';
import { browserWorld } from './world';

interface LogPanelProps {
    project: number;
    job: number;
    active: boolean;
    started: string | null;
    /// Shown in place of a log without lines.
    empty: ComponentChildren;
}

function openLog(props: LogPanelProps) {
    return {
        model: new LogModel(),
        follow: signal(props.active && !location.hash.startsWith('#L')),
        target: signal<{ line: number } | null>(null),
        searchText: signal(''),
        place: signal(0),
        failure: signal(''),
        loaded: signal(false),
        cursor: -1,
    };
}

type OpenLog = ReturnType<typeof openLog>;

function useSource(log: OpenLog, { project, job, active, started }: LogPanelProps): { current: LogSource | null } {
    const now = useRef({ active, begun: started !== null });
    now.current = { active, begun: started !== null };
    const source = useRef<LogSource | null>(null);
    useEffect(() => {
        const loaded = (failure: string) => {
            log.failure.value = failure;
            log.loaded.value ||= !failure;
        };
        const options = { active: () => now.current.active, begun: () => now.current.begun, loaded };
        source.current = new LogSource(log.model, options, browserWorld(project, job));
        return () => {
            source.current?.stop();
            log.model.end();
        };
    }, [log]);
    const was = useRef(active);
    useEffect(() => {
        if (was.current && !active) {
            source.current?.settle();
        }
        was.current = active;
    }, [active]);
    return source;
}

interface LogWordsProps {
    log: OpenLog;
    isEmpty: boolean;
    words: ComponentChildren;
    retry: () => Promise<void> | undefined;
}

/// In place of lines, or above them: whether there are none, or they are still to come, or why not.
function LogWords({ log, isEmpty, words, retry }: LogWordsProps) {
    const { model, failure, loaded } = log;
    return (
        <>
            {failure.value && <div class="log-failure" role="alert" data-testid="log-failure"><span>{failure.value}</span><Button label="Try again" icon="retry" testid="log-retry" onPress={retry} /></div>}
            {isEmpty && loaded.value && model.isSettled && <div class="log-empty" data-testid="log-empty">{words}</div>}
            {isEmpty && !loaded.value && !failure.value && <div class="log-empty" role="status" data-testid="log-loading">The log is being loaded…</div>}
        </>
    );
}

function jump(log: OpenLog, line: number): void {
    if (line >= 0) {
        log.cursor = line;
        log.target.value = { line };
    }
}

function nextSection(log: OpenLog, step: 1 | -1): void {
    const headers = log.model.sections.map(({ header }) => header);
    const at = step > 0 ? headers.find((header) => header > log.cursor) : headers.filter((header) => header < log.cursor).at(-1);
    jump(log, at ?? -1);
}

export function LogPanel(props: LogPanelProps) {
    const log = useMemo(() => openLog(props), [props.job]);
    const panel = useRef<HTMLDivElement>(null);
    const source = useSource(log, props);
    const { model, follow, searchText, place } = log;
    const search = useMemo(() => {
        place.value = 0;
        return searchText.value ? new LogSearch(searchText.value) : null;
    }, [log, searchText.value]);
    search?.advance(model.lines, model.complete.value);
    const current = search?.places[place.value] ?? null;
    useEffect(() => jump(log, current?.line ?? -1), [current]);
    const go = (step: 1 | -1) => {
        const found = search?.places.length ?? 0;
        place.value = found > 0 ? (place.value + step + found) % found : 0;
    };
    const full = () => {
        const done = document.fullscreenElement ? document.exitFullscreen() : panel.current?.requestFullscreen();
        done?.catch(toastError);
    };
    useShortcuts([
        { keys: '/', label: 'Search in the log', run: () => document.getElementById('log-search')?.focus() },
        { keys: 'n', label: 'Next hit', run: () => go(1) },
        { keys: 'N', label: 'Previous hit', run: () => go(-1) },
        { keys: 'j', label: 'Next section', run: () => nextSection(log, 1) },
        { keys: 'k', label: 'Previous section', run: () => nextSection(log, -1) },
        { keys: 'e', label: 'Next error', run: () => jump(log, model.nextOfKind(LineKind.Error, log.cursor)) },
        { keys: 'f', label: 'Follow the end', run: () => { follow.value = !follow.value; } },
        { keys: 'w', label: 'Wrap lines', run: () => { wrapLines.value = !wrapLines.value; } },
    ]);
    // All of the panel is drawn again when the log grows: its size, its hits.
    const isEmpty = model.version.value >= 0 && model.lines.length === 0;
    return (
        <div class="log-panel" ref={panel} data-testid="log-panel">
            <LogTools model={model} follow={follow} searchText={searchText} search={search} place={place.value} active={props.active} go={go} full={full}
                rawHref={`/api/v4/projects/${props.project}/jobs/${props.job}/trace`}
                foldAll={(folded) => model.setFolded(model.sections, folded)} />
            <LogWords log={log} isEmpty={isEmpty} words={props.empty} retry={() => source.current?.load()} />
            <LogView model={model} follow={follow} target={log.target} search={search} current={current} started={props.started} />
        </div>
    );
}
