// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { list, projectApi } from '../base/api';
import type { Release } from '../base/entities';
import { usePageTitle } from '../base/favicon';
import { count } from '../base/format';
import { useResource } from '../base/resource';
import { isDeveloper } from '../base/roles';
import { navigate, query } from '../base/router';
import { useProject } from '../base/useproject';
import { Button } from '../parts/controls';
import { Absent, Empty } from '../parts/empty';
import { Icon } from '../parts/icons';
import { Layout, projectCrumbs } from '../parts/layout';
import { Pager } from '../parts/pager';
import { Ago } from '../parts/time';
import { NewReleaseDialog } from './releasedialog';

export const releaseHref = (path: string, tag: string): string => `/${path}/-/releases/${encodeURIComponent(tag)}`;

function ReleaseRow({ path, release }: { path: string; release: Release }) {
    return (
        <li class="row" data-testid="release-row" data-tag={release.tag_name}>
            <div class="row-main">
                <a class="row-title" href={releaseHref(path, release.tag_name)}>{release.name}</a>{' '}
                {release.upcoming_release && <span class="chip">upcoming</span>}
                <p class="row-note">
                    <span class="with-icon"><Icon name="tag" size={13} />{release.tag_name}</span>
                    <span class="with-icon mono"><Icon name="commit" size={13} />{release.commit.short_id}</span>
                    {release.assets.count > 0 && <span>{count(release.assets.count, 'asset')}</span>}
                    {release.author && <span>{release.author.username}</span>}
                </p>
            </div>
            <span class="muted"><Ago at={release.released_at} /></span>
        </li>
    );
}

export function ReleasesPage({ path }: { path: string }) {
    usePageTitle(`Releases · ${path}`);
    const [making, setMaking] = useState(false);
    const project = useProject(path);
    const address = `${projectApi(path)}/releases?page=${encodeURIComponent(query.value.get('page') ?? '1')}`;
    const releases = useResource(address, () => list<Release>(address), { topics: project.value ? [`project:${project.value.id}`] : [] });
    const page = releases.value;
    return (
        <Layout crumbs={[...projectCrumbs(path), { label: 'Releases' }]} project={path} tab="releases">
            <div class="head">
                <h1>Releases</h1>
                {isDeveloper(project.value) && <Button label="New release" icon="plus" kind="primary" testid="release-new" onPress={() => setMaking(true)} />}
            </div>
            {!page && <Absent error={releases.error} reload={releases.reload} what="list of releases" />}
            {page?.items.length === 0 && <Empty title="No releases yet"><p>A job with <code>release:</code> makes one from its tag, with notes and assets; so does New release.</p></Empty>}
            {page && page.items.length > 0 && <><ul class="rows" data-testid="release-list">{page.items.map((release) => <ReleaseRow key={release.tag_name} path={path} release={release} />)}</ul><Pager page={page} /></>}
            {making && project.value && <NewReleaseDialog project={project.value} onClose={(made) => {
                setMaking(false);
                if (made) {
                    navigate(releaseHref(path, made.tag_name));
                }
            }} />}
        </Layout>
    );
}
