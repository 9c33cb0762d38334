// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { get, projectApi, send } from '../base/api';
import type { Release, ReleaseLink } from '../base/entities';
import { usePageTitle } from '../base/favicon';
import { useResource } from '../base/resource';
import { isDeveloper } from '../base/roles';
import { navigate } from '../base/router';
import { useProject } from '../base/useproject';
import { isWebLink } from '../base/weblink';
import { Button } from '../parts/controls';
import { ask } from '../parts/dialog';
import { Absent } from '../parts/empty';
import { Icon, type IconName } from '../parts/icons';
import { Layout, projectCrumbs } from '../parts/layout';
import { Ago } from '../parts/time';
import { toast } from '../parts/toast';
import { EditReleaseDialog } from './releasedialog';

const linkIcons: Record<string, IconName> = { package: 'download', image: 'system', runbook: 'file' };

function Asset({ link }: { link: ReleaseLink }) {
    return (
        <li data-testid="release-asset">
            <Icon name={linkIcons[link.link_type] ?? 'link'} />
            <span>{isWebLink(link.url) ? <a href={link.url} target="_blank" rel="noopener noreferrer">{link.name}</a> : link.name}{!isWebLink(link.url) && <code> {link.url}</code>}</span>
            {link.link_type !== 'other' && <span class="chip">{link.link_type}</span>}
        </li>
    );
}

interface HeadProps {
    path: string;
    release: Release;
    mayChange: boolean;
    reload: () => void;
}

function Head({ path, release, mayChange, reload }: HeadProps) {
    const [editing, setEditing] = useState(false);
    const remove = async () => {
        if (await ask({ title: `Delete ${release.name}?`, text: 'Its notes and links go; the tag and what was built stay.', action: 'Delete', danger: true })) {
            await send('DELETE', `${projectApi(path)}/releases/${encodeURIComponent(release.tag_name)}`);
            toast(`${release.name} is deleted.`);
            navigate(`/${path}/-/releases`);
        }
    };
    return (
        <div class="head">
            <h1>{release.name}</h1>
            {release.upcoming_release && <span class="chip">upcoming</span>}
            {mayChange && <Button label="Edit" testid="release-edit" onPress={() => setEditing(true)} />}
            {mayChange && <Button label="Delete" icon="trash" kind="danger" testid="release-delete" onPress={remove} />}
            {editing && <EditReleaseDialog path={path} release={release} onClose={(changed) => {
                setEditing(false);
                if (changed) {
                    reload();
                }
            }} />}
        </div>
    );
}

export function ReleasePage({ path, tag }: { path: string; tag: string }) {
    const project = useProject(path);
    const address = `${projectApi(path)}/releases/${encodeURIComponent(tag)}`;
    const release = useResource(address, () => get<Release>(address));
    const value = release.value;
    usePageTitle(`${value?.name ?? tag} · ${path}`);
    return (
        <Layout crumbs={[...projectCrumbs(path), { label: 'Releases', href: `/${path}/-/releases` }, { label: tag }]} project={path} tab="releases">
            {!value && <Absent error={release.error} reload={release.reload} what="release" />}
            {value && (
                <>
                    <Head path={path} release={value} mayChange={isDeveloper(project.value)} reload={release.reload} />
                    <div class="facts">
                        <a class="with-icon" href={`/${path}/-/pipelines?ref=${encodeURIComponent(value.tag_name)}`}><Icon name="tag" size={13} />{value.tag_name}</a>
                        <span class="with-icon mono" title={value.commit.id}><Icon name="commit" size={13} />{value.commit.short_id}</span>
                        <span class="muted"><Ago at={value.released_at} />{value.author && ` by ${value.author.username}`}</span>
                    </div>
                    {value.description ? <div class="card notes" data-testid="release-description">{value.description}</div> : <p class="muted">No notes.</p>}
                    <h2 class="part">Assets</h2>
                    {value.assets.links.length > 0 ? <ul class="files">{value.assets.links.map((link) => <Asset key={link.id} link={link} />)}</ul> : <p class="muted">None.</p>}
                </>
            )}
        </Layout>
    );
}
