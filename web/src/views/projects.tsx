// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { list, type Page } from '../base/api';
import { usePageTitle } from '../base/favicon';
import { useShortcuts } from '../base/keys';
import { useResource } from '../base/resource';
import { query } from '../base/router';
import { stateLook } from '../base/states';
import type { Pipeline, Project } from '../base/types';
import { Input, LinkButton } from '../parts/controls';
import { Absent, Empty } from '../parts/empty';
import { Icon } from '../parts/icons';
import { Layout } from '../parts/layout';
import { Pager, setQuery } from '../parts/pager';
import { StateBadge } from '../parts/state';
import { Ago } from '../parts/time';

function NewestPipeline({ project }: { project: Project }) {
    const load = () => list<Pipeline>(`/projects/${project.id}/pipelines?per_page=1`);
    const newest = useResource(project.empty_repo ? null : `newest ${project.id}`, load, { topics: [`project:${project.id}`] });
    const pipeline = newest.value?.items[0];
    if (!pipeline) {
        return <span class="muted">{newest.value || project.empty_repo ? 'No pipelines yet' : ''}</span>;
    }
    return (
        <a class="newest" href={`/${project.path_with_namespace}/-/pipelines/${pipeline.id}`}>
            <StateBadge look={stateLook(pipeline.status)} />
            <span class="muted"><Ago at={pipeline.updated_at} /></span>
        </a>
    );
}

function ProjectRow({ project }: { project: Project }) {
    const cut = project.path_with_namespace.lastIndexOf('/') + 1;
    return (
        <li class="row" data-testid="project-row" data-path={project.path_with_namespace}>
            <div class="row-main">
                <a class="row-title" href={`/${project.path_with_namespace}`}>
                    <span class="muted">{project.path_with_namespace.slice(0, cut)}</span>{project.path_with_namespace.slice(cut)}
                </a>
                {project.visibility === 'private' && <span class="quiet-icon" title="Private"><Icon name="lock" size={13} /></span>}
                {project.archived && <span class="chip">archived</span>}
                {project.description && <p class="row-note">{project.description}</p>}
            </div>
            <NewestPipeline project={project} />
        </li>
    );
}

function Rows({ page, searched }: { page: Page<Project>; searched: boolean }) {
    if (page.items.length === 0) {
        return searched
            ? <Empty title="Nothing found"><p>No project you can see has that in its name.</p></Empty>
            : (
                <Empty title="No projects yet">
                    <p>A project is a git repository. Push one with a <code>.gitlab-ci.yml</code>, and its pipeline runs.</p>
                    <LinkButton href="/projects/new" label="New project" icon="plus" kind="primary" />
                </Empty>
            );
    }
    return <ul class="rows">{page.items.map((project) => <ProjectRow key={project.id} project={project} />)}</ul>;
}

export function ProjectsPage() {
    usePageTitle('Projects');
    const search = query.value.get('search') ?? '';
    const number = query.value.get('page') ?? '1';
    const [text, setText] = useState(search);
    const path = `/projects?search=${encodeURIComponent(search)}&page=${encodeURIComponent(number)}`;
    const projects = useResource(path, () => list<Project>(path), { topics: ['projects'] });
    useShortcuts([{ keys: '/', label: 'Search projects', run: () => document.getElementById('project-search')?.focus() }]);
    return (
        <Layout crumbs={[{ label: 'Projects' }]}>
            <div class="head">
                <h1>Projects</h1>
                <form class="head-search" role="search" onSubmit={(event) => {
                    event.preventDefault();
                    setQuery({ search: text, page: '' });
                }}>
                    <Icon name="search" />
                    <Input id="project-search" type="search" placeholder="Search" aria-label="Search projects" value={text} onText={setText} testid="project-search" />
                </form>
                <LinkButton href="/projects/new" label="New project" icon="plus" kind="primary" testid="new-project" />
            </div>
            {projects.value
                ? <><Rows page={projects.value} searched={search !== ''} /><Pager page={projects.value} /></>
                : <Absent error={projects.error} reload={projects.reload} what="list of projects" />}
        </Layout>
    );
}
