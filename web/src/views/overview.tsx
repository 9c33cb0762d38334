// SPDX-License-Identifier: MIT
import { list, session } from '../base/api';
import { usePageTitle } from '../base/favicon';
import { useResource } from '../base/resource';
import { isDeveloper } from '../base/roles';
import { useProject } from '../base/useproject';
import type { Pipeline, Project } from '../base/types';
import { CopyButton, Snippet } from '../parts/copy';
import { LinkButton } from '../parts/controls';
import { Absent, Empty } from '../parts/empty';
import { Icon } from '../parts/icons';
import { Layout, projectCrumbs } from '../parts/layout';
import { PipelineRows } from './pipelinerows';

function pushWords(project: Project): string {
    const url = new URL(project.http_url_to_repo);
    url.username = session.value?.user.username ?? '';
    const branch = project.default_branch || 'main';
    return [
        `git clone ${url.href}`,
        `cd ${project.path}`,
        'printf "hello:\\n  script:\\n    - echo hello\\n" > .gitlab-ci.yml',
        'git add .gitlab-ci.yml && git commit -m "Say hello"',
        `git push origin HEAD:${branch}`,
    ].join('\n');
}

function EmptyRepository({ project }: { project: Project }) {
    return (
        <section class="card" data-testid="empty-repository">
            <h2>The repository is empty</h2>
            <p class="muted">Push to it, and the pipeline of its <code>.gitlab-ci.yml</code> appears here. Git asks for your password, or takes a personal access token.</p>
            <Snippet text={pushWords(project)} testid="push-words" />
            <p class="muted">For a repository you already have:</p>
            <Snippet text={`git remote add capstan ${project.http_url_to_repo}\ngit push capstan HEAD:${project.default_branch || 'main'}`} />
        </section>
    );
}

function Newest({ project }: { project: Project }) {
    const path = `/projects/${project.id}/pipelines?per_page=8&with_stages=true`;
    const pipelines = useResource(path, () => list<Pipeline>(path), { topics: [`project:${project.id}`] });
    if (!pipelines.value) {
        return <Absent error={pipelines.error} reload={pipelines.reload} what="list of pipelines" />;
    }
    if (pipelines.value.items.length === 0) {
        return <Empty title="No pipelines yet"><p>A push to any branch makes one; so does Run pipeline.</p></Empty>;
    }
    return <PipelineRows project={project.path_with_namespace} pipelines={pipelines.value.items} />;
}

export function OverviewPage({ path }: { path: string }) {
    usePageTitle(path);
    const project = useProject(path);
    const { value, error } = project;
    return (
        <Layout crumbs={projectCrumbs(path)} project={path} tab={error?.status === 404 ? undefined : 'overview'}>
            {!value && <Absent error={error} reload={project.reload} what="project" />}
            {value && (
                <>
                    <div class="head">
                        <div class="head-text"><h1>{value.name}</h1>{value.description && <p class="muted">{value.description}</p>}</div>
                        {!value.empty_repo && isDeveloper(value) && <LinkButton href={`/${path}/-/pipelines/new`} label="Run pipeline" icon="play" kind="primary" testid="run-pipeline" />}
                    </div>
                    <div class="facts">
                        <span class="clone"><Icon name="branch" /><code data-testid="clone-url">{value.http_url_to_repo}</code><CopyButton text={value.http_url_to_repo} label="Copy clone URL" /></span>
                        <span class="muted">{value.visibility}</span>
                        {value.default_branch && <span class="muted">default branch <code>{value.default_branch}</code></span>}
                    </div>
                    {value.empty_repo ? <EmptyRepository project={value} /> : <><h2 class="part">Newest pipelines</h2><Newest project={value} /></>}
                </>
            )}
        </Layout>
    );
}
