// SPDX-License-Identifier: MIT
// What a pipeline is of and how it stands: over its jobs and over its tests.
import { send } from '../base/api';
import { plainText, shortRef } from '../base/format';
import { pipelineHref } from '../base/joblink';
import type { Change } from '../base/livemessage';
import type { PipelineAction } from '../base/pipelineactions';
import { pipelineAfter } from '../base/pipelinenews';
import { stateLook } from '../base/states';
import type { Pipeline } from '../base/types';
import { Button } from '../parts/controls';
import { Icon } from '../parts/icons';
import { StateBadge } from '../parts/state';
import { Ago, Ticking } from '../parts/time';

export function applyPipeline(value: Pipeline, change: Change): Pipeline | undefined {
    return change.entity === 'pipeline' && change.id === value.id ? pipelineAfter(value, change.data) : value;
}

interface HeadProps {
    pipeline: Pipeline;
    base: string;
    allowed: PipelineAction[];
    reload: () => void;
}

export function PipelineHead({ pipeline, base, allowed, reload }: HeadProps) {
    // A second cancel is the forced one: the polite one waits for after_script.
    const isCanceling = pipeline.status === 'canceling';
    const act = async (name: PipelineAction) => {
        await send('POST', `${base}/${name}`, name === 'cancel' && isCanceling ? { force: true } : {});
        reload();
    };
    const title = pipeline.name || pipeline.commit?.title || `Pipeline #${pipeline.id}`;
    return (
        <>
            <div class="head">
                <StateBadge look={stateLook(pipeline.status)} announce testid="pipeline-state" />
                <div class="head-text"><h1>{plainText(title, 200)}</h1></div>
                {allowed.includes('retry') && <Button label="Retry" icon="retry" testid="pipeline-retry" onPress={() => act('retry')} />}
                {allowed.includes('cancel') && <Button label={isCanceling ? 'Cancel now' : 'Cancel'} icon="cancel" testid="pipeline-cancel" onPress={() => act('cancel')} />}
            </div>
            <div class="facts">
                <span class="num">#{pipeline.id}</span>
                <span class="with-icon"><Icon name={pipeline.tag ? 'tag' : 'branch'} size={13} />{pipeline.ref}</span>
                <span class="with-icon mono" title={pipeline.sha}><Icon name="commit" size={13} />{shortRef(pipeline.sha)}</span>
                {pipeline.commit && <span>{pipeline.commit.author_name}</span>}
                <span class="muted">{pipeline.source}{pipeline.user ? ` by ${pipeline.user.username}` : ''}, <Ago at={pipeline.created_at} /></span>
                {pipeline.started_at && <span class="with-icon"><Icon name="clock" size={13} /><Ticking started={pipeline.started_at} finished={pipeline.finished_at} seconds={pipeline.duration} /></span>}
                {pipeline.upstream && <span>started by <a href={pipelineHref(pipeline.upstream)} data-testid="upstream">{plainText(pipeline.upstream.job.name, 100)} of #{pipeline.upstream.id}</a></span>}
                {pipeline.coverage && <span data-testid="pipeline-coverage">coverage {Number(pipeline.coverage)} %</span>}
            </div>
        </>
    );
}
