// SPDX-License-Identifier: MIT
import type { ComponentChildren } from 'preact';
import { projectApi, send } from '../base/api';
import { bytes, duration } from '../base/format';
import { loadAll } from '../base/paging';
import { jobsAfter } from '../base/pipelinenews';
import { useResource } from '../base/resource';
import { jobLook, lookWord } from '../base/states';
import type { Job } from '../base/types';
import { isWebLink } from '../base/weblink';
import { Button, LinkButton } from '../parts/controls';
import { StateIcon } from '../parts/state';
import { Ago } from '../parts/time';

interface JobSideProps {
    path: string;
    job: Job;
    reload: () => void;
}

function Row({ name, children }: { name: string; children: ComponentChildren }) {
    return <div><dt>{name}</dt><dd>{children}</dd></div>;
}

function Artifacts({ path, job, reload }: JobSideProps) {
    const archive = job.artifacts.find(({ file_type: type }) => type === 'archive');
    if (!archive) {
        return null;
    }
    const base = `${projectApi(path)}/jobs/${job.id}/artifacts`;
    const keep = async () => {
        await send('POST', `${base}/keep`);
        reload();
    };
    return (
        <section data-testid="job-artifacts">
            <h2>{job.expose_as ?? 'Artifacts'}</h2>
            <p class="muted">{archive.filename}, {bytes(archive.size)}{job.artifacts_expire_at && <>, expires <Ago at={job.artifacts_expire_at} /></>}</p>
            <div class="button-row">
                <LinkButton href={`/${path}/-/jobs/${job.id}/artifacts`} label="Browse" icon="folder" testid="artifacts-browse" />
                <LinkButton href={`/api/v4${base}`} label="Download" icon="download" download testid="artifacts-download" />
                {job.artifacts_expire_at && job.actions?.includes('keep') && <Button label="Keep" testid="artifacts-keep" title="They do not expire any more" onPress={keep} />}
            </div>
        </section>
    );
}

function Siblings({ path, job }: { path: string; job: Job }) {
    const base = `${projectApi(path)}/pipelines/${job.pipeline.id}/jobs`;
    const jobs = useResource(`siblings ${base}`, () => loadAll<Job>(base), { topics: [`pipeline:${job.pipeline.id}`], apply: jobsAfter });
    const stage = (jobs.value ?? []).filter((other) => other.stage === job.stage);
    return (
        <section>
            <h2>{job.stage}</h2>
            <ul class="siblings">
                {stage.map((other) => (
                    <li key={other.id}>
                        <a href={`/${path}/-/jobs/${other.id}`} aria-current={other.id === job.id ? 'page' : undefined} title={lookWord(jobLook(other))}>
                            <StateIcon look={jobLook(other)} /><span>{other.name}</span><span class="off-screen">{lookWord(jobLook(other))}</span>
                        </a>
                    </li>
                ))}
            </ul>
        </section>
    );
}

export function JobSide({ path, job, reload }: JobSideProps) {
    return (
        <aside class="job-side" aria-label="About the job" data-testid="job-side">
            <section>
                <h2>Job</h2>
                <dl class="pairs">
                    <Row name="Id"><span class="num">#{job.id}</span></Row>
                    <Row name="Pipeline"><a href={`/${path}/-/pipelines/${job.pipeline.id}`}>#{job.pipeline.id}</a></Row>
                    {job.user && <Row name="Started by">{job.user.username}</Row>}
                    <Row name="Created"><Ago at={job.created_at} /></Row>
                    {job.queued_duration !== null && <Row name="Waited"><span class="num">{duration(job.queued_duration)}</span></Row>}
                    {job.runner && <Row name="Runner">{job.runner.description || `#${job.runner.id}`}</Row>}
                    {job.tag_list.length > 0 && <Row name="Tags">{job.tag_list.map((tag) => <span class="chip" key={tag}>{tag}</span>)}</Row>}
                    {job.timeout !== null && <Row name="Timeout"><span class="num">{duration(job.timeout)}</span></Row>}
                    {job.needs?.length ? <Row name="Needs">{job.needs.join(', ')}</Row> : null}
                    {job.coverage !== null && <Row name="Coverage">{job.coverage} %</Row>}
                    {job.environment && <Row name="Environment">{isWebLink(job.environment.url) ? <a href={job.environment.url} target="_blank" rel="noopener noreferrer">{job.environment.name}</a> : job.environment.name}</Row>}
                    {job.exit_code !== null && job.status !== 'canceled' && <Row name="Exit code"><span class="num">{job.exit_code}</span></Row>}
                </dl>
            </section>
            <Artifacts path={path} job={job} reload={reload} />
            <Siblings path={path} job={job} />
        </aside>
    );
}
