// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { get, list, send, session, type Page } from '../base/api';
import { usePageTitle } from '../base/favicon';
import { useResource } from '../base/resource';
import { query } from '../base/router';
import { runnerWord } from '../base/runnerwords';
import type { Runner } from '../base/types';
import { Button } from '../parts/controls';
import { ask } from '../parts/dialog';
import { Absent, Empty } from '../parts/empty';
import { Layout } from '../parts/layout';
import { Pager } from '../parts/pager';
import { Ago } from '../parts/time';
import { NewRunnerDialog } from './newrunner';

/// The list carries little; what a row shows is asked for by runner.
async function loadRunners(number: string): Promise<Page<Runner>> {
    const page = await list<Runner>(`/runners/all?per_page=50&page=${encodeURIComponent(number)}`);
    const items = await Promise.all(page.items.map((runner) => runner.tag_list ? runner : get<Runner>(`/runners/${runner.id}`).catch(() => runner)));
    return { ...page, items };
}

function RunnerRow({ runner, reload }: { runner: Runner; reload: () => void }) {
    const state = runnerWord(runner);
    const pause = async () => {
        await send('PUT', `/runners/${runner.id}`, { paused: !runner.paused });
        reload();
    };
    const remove = async () => {
        const name = runner.description || `#${runner.id}`;
        if (await ask({ title: `Delete runner ${name}?`, text: 'Its token is worthless from then on; jobs that it runs are lost.', action: 'Delete', danger: true })) {
            await send('DELETE', `/runners/${runner.id}`);
            reload();
        }
    };
    const machine = [runner.platform, runner.architecture].filter(Boolean).join(' / ');
    return (
        <tr data-testid="runner-row" data-id={runner.id} data-state={state.key}>
            <td><span class={`badge tone-${state.tone}`} data-testid="runner-state"><i class={`dot ${state.key}`} aria-hidden="true" />{state.word}</span></td>
            <td>
                <span class="row-title">{runner.description || runner.name || `Runner ${runner.id}`}</span>
                <p class="row-note">#{runner.id} {runner.runner_type.replace('_type', '')}{runner.ip_address ? `, ${runner.ip_address}` : ''}</p>
            </td>
            <td>{runner.tag_list?.map((tag) => <span class="chip" key={tag}>{tag}</span>)}{runner.run_untagged && <span class="chip quiet">untagged</span>}</td>
            <td class="muted">{runner.version ? `${runner.name ?? ''} ${runner.version}`.trim() : ''}<p class="row-note">{[machine, runner.executor].filter(Boolean).join(', ')}</p></td>
            <td class="muted">{runner.terminal ? 'yes' : 'no'}</td>
            <td class="muted nowrap"><Ago at={runner.contacted_at} /></td>
            <td class="right nowrap">
                <Button label={runner.paused ? 'Resume' : 'Pause'} kind="ghost" testid="runner-pause" onPress={pause} />
                <Button label="Delete" icon="trash" kind="ghost" bare testid="runner-delete" onPress={remove} />
            </td>
        </tr>
    );
}

export function RunnersPage() {
    usePageTitle('Runners');
    const number = query.value.get('page') ?? '1';
    const runners = useResource(`runners ${number}`, () => loadRunners(number), { topics: ['runners'] });
    const [making, setMaking] = useState(false);
    return (
        <Layout crumbs={[{ label: 'Runners' }]}>
            <div class="head"><h1>Runners</h1>{session.value?.user.is_admin && <Button label="New runner" icon="plus" kind="primary" testid="new-runner" onPress={() => setMaking(true)} />}</div>
            {!runners.value && <Absent error={runners.error} reload={runners.reload} what="list of runners" />}
            {runners.value?.items.length === 0 && <Empty title="No runners yet"><p>A runner takes jobs and runs them, on any machine that can reach this one.</p></Empty>}
            {runners.value && runners.value.items.length > 0 && (
                <><div class="table-scroll"><table class="table runners" data-testid="runner-list">
                    <thead><tr><th>State</th><th>Runner</th><th>Tags</th><th>Version</th><th>Terminal</th><th>Last contact</th><th><span class="off-screen">Actions</span></th></tr></thead>
                    <tbody>{runners.value.items.map((runner) => <RunnerRow key={runner.id} runner={runner} reload={runners.reload} />)}</tbody>
                </table></div><Pager page={runners.value} labels={['Previous', 'Next']} /></>
            )}
            {making && <NewRunnerDialog onClose={() => {
                setMaking(false);
                runners.reload();
            }} />}
        </Layout>
    );
}
