// SPDX-License-Identifier: MIT
import { plainText, shortRef } from '../base/format';
import { lookWord, stateLook } from '../base/states';
import type { Pipeline } from '../base/types';
import { Icon } from '../parts/icons';
import { StateBadge, StateIcon } from '../parts/state';
import { Ago, Ticking } from '../parts/time';

const sources: Record<string, string> = {
    push: 'push', web: 'run by hand', api: 'API', schedule: 'schedule', trigger: 'trigger', pipeline: 'upstream',
};

function StageMarks({ pipeline }: { pipeline: Pipeline }) {
    return (
        <span class="stage-marks">
            {(pipeline.stages ?? []).map(({ name, status, has_warnings: warned }) => {
                const look = status === 'success' && warned ? 'warning' : stateLook(status);
                const words = `${plainText(name)}: ${lookWord(look)}`;
                return <span key={name} title={words}><StateIcon look={look} size={15} /><span class="off-screen">{words}</span></span>;
            })}
        </span>
    );
}

function PipelineRow({ project, pipeline }: { project: string; pipeline: Pipeline }) {
    const href = `/${project}/-/pipelines/${pipeline.id}`;
    const title = pipeline.name || pipeline.commit?.title || `Pipeline ${pipeline.id}`;
    return (
        <li class="row pipeline-row" data-testid="pipeline-row" data-id={pipeline.id} data-state={pipeline.status}>
            <a class="row-state" href={href}><StateBadge look={stateLook(pipeline.status)} /></a>
            <div class="row-main">
                <a class="row-title" href={href}>{title}</a>
                <p class="row-note">
                    <span class="num">#{pipeline.id}</span>
                    <span class="with-icon"><Icon name={pipeline.tag ? 'tag' : 'branch'} size={13} />{pipeline.ref}</span>
                    <span class="with-icon mono"><Icon name="commit" size={13} />{shortRef(pipeline.sha)}</span>
                    <span>{sources[pipeline.source] ?? pipeline.source}{pipeline.user ? ` by ${pipeline.user.username}` : ''}</span>
                </p>
            </div>
            <StageMarks pipeline={pipeline} />
            <div class="row-times">
                {pipeline.started_at ? <Ticking started={pipeline.started_at} finished={pipeline.finished_at} seconds={pipeline.duration} /> : <span />}
                <span class="muted"><Ago at={pipeline.created_at} /></span>
            </div>
        </li>
    );
}

export function PipelineRows({ project, pipelines }: { project: string; pipelines: Pipeline[] }) {
    return (
        <ul class="rows" data-testid="pipeline-list">
            {pipelines.map((pipeline) => <PipelineRow key={pipeline.id} project={project} pipeline={pipeline} />)}
        </ul>
    );
}
