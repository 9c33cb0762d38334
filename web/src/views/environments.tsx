// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { list, projectApi } from '../base/api';
import type { Environment } from '../base/entities';
import { usePageTitle } from '../base/favicon';
import { useShortcuts } from '../base/keys';
import { useResource } from '../base/resource';
import { isDeveloper } from '../base/roles';
import { query } from '../base/router';
import { useProject } from '../base/useproject';
import { Button, Input, Select } from '../parts/controls';
import { Absent, Empty } from '../parts/empty';
import { Icon } from '../parts/icons';
import { Layout, projectCrumbs } from '../parts/layout';
import { Pager, setQuery } from '../parts/pager';
import { Ago } from '../parts/time';
import { EnvironmentDialog } from './environmentdialog';
import { DeploymentNote, EnvironmentLink, EnvironmentState, StopButton } from './environmentparts';

const states = [['', 'Any state'], ['available', 'Available'], ['stopping', 'Stopping'], ['stopped', 'Stopped']] as const;

function Filters({ search, state }: { search: string; state: string }) {
    const [text, setText] = useState(search);
    return (
        <form class="head-search filters" role="search" onSubmit={(event) => {
            event.preventDefault();
            setQuery({ search: text.trim(), page: '' });
        }}>
            <Icon name="search" />
            <Input id="environment-search" type="search" placeholder="Search" aria-label="Search environments" value={text} onText={setText} testid="environment-search" />
            <Select label="State" value={state} options={states} onChange={(value) => setQuery({ states: value, page: '' })} testid="filter-state" />
        </form>
    );
}

interface EnvironmentRowProps {
    path: string;
    environment: Environment;
    mayStop: boolean;
    reload: () => void;
}

function EnvironmentRow({ path, environment, mayStop, reload }: EnvironmentRowProps) {
    const newest = environment.last_deployment;
    return (
        <li class="row environment-row" data-testid="environment-row" data-name={environment.name} data-state={environment.state}>
            <span class="row-state"><EnvironmentState environment={environment} /></span>
            <div class="row-main">
                <a class="row-title" href={`/${path}/-/environments/${environment.id}`}>{environment.name}</a>{' '}
                <span class="chip quiet">{environment.tier}</span>
                <p class="row-note">
                    {newest ? <DeploymentNote path={path} deployment={newest} /> : <span>never deployed to</span>}
                    {environment.auto_stop_at && environment.state === 'available' && <span>stops by itself <Ago at={environment.auto_stop_at} /></span>}
                </p>
            </div>
            <span class="row-actions">
                <EnvironmentLink environment={environment} />
                {mayStop && <StopButton environment={environment} base={`${projectApi(path)}/environments`} done={reload} />}
            </span>
        </li>
    );
}

export function EnvironmentsPage({ path }: { path: string }) {
    usePageTitle(`Environments · ${path}`);
    useShortcuts([{ keys: '/', label: 'Search environments', run: () => document.getElementById('environment-search')?.focus() }]);
    const [making, setMaking] = useState(false);
    const project = useProject(path);
    const value = project.value;
    const search = query.value.get('search') ?? '';
    const state = query.value.get('states') ?? '';
    const filter = new URLSearchParams({ page: query.value.get('page') ?? '1', ...(search && { search }), ...(state && { states: state }) });
    const address = `${projectApi(path)}/environments?${filter}`;
    const environments = useResource(address, () => list<Environment>(address), { topics: value ? [`project:${value.id}`] : [] });
    const page = environments.value;
    return (
        <Layout crumbs={[...projectCrumbs(path), { label: 'Environments' }]} project={path} tab="environments">
            <div class="head">
                <h1>Environments</h1>
                <Filters key={search} search={search} state={state} />
                {isDeveloper(value) && <Button label="New environment" icon="plus" kind="primary" testid="environment-new" onPress={() => setMaking(true)} />}
            </div>
            {!page && <Absent error={environments.error} reload={environments.reload} what="list of environments" />}
            {page?.items.length === 0 && (search || state
                ? <Empty title="No such environments"><p>None of this name or state. <a href={`/${path}/-/environments`}>Show all</a></p></Empty>
                : <Empty title="No environments yet"><p>A job with <code>environment: name</code> deploys to one, and it is listed here with what runs there.</p></Empty>)}
            {page && page.items.length > 0 && (
                <>
                    <ul class="rows" data-testid="environment-list">
                        {page.items.map((environment) => <EnvironmentRow key={environment.id} path={path} environment={environment} mayStop={isDeveloper(value)} reload={environments.reload} />)}
                    </ul>
                    <Pager page={page} />
                </>
            )}
            {making && <EnvironmentDialog path={path} environment={null} onClose={(changed) => {
                setMaking(false);
                if (changed) {
                    environments.reload();
                }
            }} />}
        </Layout>
    );
}
