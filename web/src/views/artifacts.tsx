// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { get, projectApi } from '../base/api';
import { usePageTitle } from '../base/favicon';
import { bytes, count } from '../base/format';
import { useResource } from '../base/resource';
import { folderRows, type ArtifactFile } from '../base/filetree';
import { LinkButton } from '../parts/controls';
import { Absent, Empty } from '../parts/empty';
import { Icon } from '../parts/icons';
import { Layout } from '../parts/layout';
import { jobCrumbs, useJob } from './job';

function Trail({ folder, onGo }: { folder: string; onGo: (folder: string) => void }) {
    const parts = folder.split('/').filter(Boolean);
    return (
        <nav class="trail" aria-label="Folder">
            <button type="button" onClick={() => onGo('')}>artifacts</button>
            {parts.map((part, index) => (
                <span key={index}><span class="slash">/</span><button type="button" onClick={() => onGo(`${parts.slice(0, index + 1).join('/')}/`)}>{part}</button></span>
            ))}
        </nav>
    );
}

function Files({ files, base }: { files: ArtifactFile[]; base: string }) {
    const [folder, setFolder] = useState('');
    const rows = folderRows(files, folder);
    return (
        <>
            <div class="part-row"><Trail folder={folder} onGo={setFolder} /><span class="muted">{count(files.length, 'file')}, {bytes(files.reduce((sum, { size }) => sum + size, 0))}</span></div>
            <ul class="files" data-testid="artifact-files">
                {rows.map(({ name, path, size, folder: isFolder }) => (
                    <li key={path}>
                        <Icon name={isFolder ? 'folder' : 'file'} />
                        {isFolder
                            ? <button type="button" onClick={() => setFolder(path)}>{name}</button>
                            : <a href={`${base}/${path.split('/').map(encodeURIComponent).join('/')}`} download>{name}</a>}
                        <span class="muted num">{bytes(size)}</span>
                    </li>
                ))}
            </ul>
        </>
    );
}

export function ArtifactsPage({ path, id }: { path: string; id: number }) {
    const job = useJob(path, id);
    const address = `${projectApi(path)}/jobs/${id}/artifacts`;
    const files = useResource(`${address}/tree`, () => get<ArtifactFile[]>(`${address}/tree`));
    usePageTitle(`Artifacts of ${job.value?.name ?? id}`);
    const crumbs = jobCrumbs(path, id, job.value);
    const last = crumbs.at(-1)!;
    return (
        <Layout crumbs={[...crumbs.slice(0, -1), { ...last, href: `/${path}/-/jobs/${id}` }, { label: 'Artifacts' }]}>
            <div class="head"><h1>Artifacts</h1><LinkButton href={`/api/v4${address}`} label="Download all" icon="download" download /></div>
            {files.value && files.value.length > 0 && <Files files={files.value} base={`/api/v4${address}`} />}
            {files.value?.length === 0 && <Empty title="Nothing in it"><p>The archive holds no files.</p></Empty>}
            {!files.value && (files.error?.status === 404
                ? <Empty title="No artifacts"><p>The job left none, or they have expired.</p></Empty>
                : <Absent error={files.error} reload={files.reload} what="list of artifacts" />)}
        </Layout>
    );
}
