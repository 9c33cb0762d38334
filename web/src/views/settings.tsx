// SPDX-License-Identifier: MIT
import { Fragment } from 'preact';
import { get, projectApi, session } from '../base/api';
import { usePageTitle } from '../base/favicon';
import { useResource } from '../base/resource';
import { roleIn, roles } from '../base/roles';
import type { Project } from '../base/types';
import { Absent, Empty } from '../parts/empty';
import { Layout, projectCrumbs } from '../parts/layout';
import { VariableCard } from '../parts/variablecard';
import { BranchSettings } from './settingsbranches';
import { DangerZone, GeneralSettings } from './settingsgeneral';
import { MemberSettings } from './settingsmembers';
import { HookSettings } from './settingshook';
import { ResourceSettings } from './settingsresources';
import { TriggerSettings } from './settingstriggers';

/// Also an archived project's: its settings are how it comes back.
function mayChange(project: Project): boolean {
    return roleIn(project) >= roles.maintainer || !project.permissions;
}

/// Where else the jobs of this project get variables from.
function OtherVariables({ project }: { project: Project }) {
    const parts = project.namespace.full_path.split('/');
    const groups = parts.map((_part, index) => parts.slice(0, index + 1).join('/'));
    return (
        <p class="muted">
            Jobs also get those of {groups.map((group) => <Fragment key={group}><a href={`/groups/${group}/-/settings/ci_cd`}>{group}</a>, </Fragment>)}
            {session.value?.user.is_admin ? <a href="/admin/variables">the instance</a> : 'the instance'} and of the file.
        </p>
    );
}

export function SettingsPage({ path }: { path: string }) {
    usePageTitle(`Settings · ${path}`);
    const project = useResource(path, () => get<Project>(projectApi(path)));
    const value = project.value;
    return (
        <Layout crumbs={[...projectCrumbs(path), { label: 'Settings' }]} project={path} tab="settings">
            {!value && <Absent error={project.error} reload={project.reload} what="project" />}
            {value && !mayChange(value) && <Empty title="For maintainers" testid="forbidden"><p>The settings of this project need the role of a maintainer.</p></Empty>}
            {value && mayChange(value) && (
                <div class="settings">
                    <div class="head"><h1>Settings</h1></div>
                    <GeneralSettings key={value.id} project={value} saved={project.set} />
                    <VariableCard base={`${projectApi(path)}/variables`} title="CI variables" scoped note={<OtherVariables project={value} />} />
                    <MemberSettings path={path} own={roleIn(value)} />
                    <BranchSettings path={path} />
                    <TriggerSettings project={value} />
                    <HookSettings path={path} />
                    <ResourceSettings path={path} />
                    {roleIn(value) >= roles.owner && <DangerZone project={value} />}
                </div>
            )}
        </Layout>
    );
}
