// SPDX-License-Identifier: MIT
import { caretAt } from '../base/caret';
import type { LintJob, LintMessage, LintResult } from '../base/entities';
import { count } from '../base/format';
import { Snippet } from '../parts/copy';
import { StateBadge, StateIcon } from '../parts/state';

interface MessageProps {
    message: LintMessage;
    content: string;
    file: string;
    onGo: (message: LintMessage) => void;
}

function Message({ message, content, file, onGo }: MessageProps) {
    // Only this file's text is here; an included one is named.
    const isHere = !message.file || message.file === file;
    const caret = isHere ? caretAt(content, message.line, message.column) : null;
    const place = `${message.file || file}${message.line ? `:${message.line}${message.column ? `:${message.column}` : ''}` : ''}`;
    return (
        <li data-testid="lint-message" data-severity={message.severity}>
            <StateIcon look={message.severity === 'error' ? 'failed' : 'warning'} />
            <div class="grow">
                <p><span class="off-screen">{message.severity}: </span>{message.text}</p>
                {isHere && message.line ? <button type="button" class="place" onClick={() => onGo(message)}>{place}</button> : (message.file || message.line) && <code class="place">{place}</code>}
                {caret && <pre class="caret">{caret.line}{caret.mark && <>{'\n'}<b>{caret.mark}</b></>}</pre>}
            </div>
        </li>
    );
}

const whens: Record<string, string> = { manual: 'by hand', delayed: 'delayed', on_failure: 'on failure', always: 'always', never: 'never' };

function Jobs({ jobs }: { jobs: LintJob[] }) {
    const stages = [...new Set(jobs.map(({ stage }) => stage))];
    return (
        <div class="lint-stages" data-testid="lint-jobs">
            {stages.map((stage) => (
                <section key={stage} data-testid="lint-stage" data-name={stage}>
                    <h3>{stage}</h3>
                    <ul>
                        {jobs.filter((job) => job.stage === stage).map((job) => (
                            <li key={job.name} class="lint-job" data-testid="lint-job" data-name={job.name} title={job.script.join('\n')}>
                                <span class="pill-name">{job.name}</span>
                                {whens[job.when] && <span class="chip">{whens[job.when]}</span>}
                                {job.allow_failure && job.when !== 'manual' && <span class="chip">may fail</span>}
                                {job.tag_list.map((tag) => <span class="chip quiet" key={tag}>{tag}</span>)}
                            </li>
                        ))}
                    </ul>
                </section>
            ))}
        </div>
    );
}

interface LintAnswerProps {
    result: LintResult;
    content: string;
    file: string;
    onGo: (message: LintMessage) => void;
    /// Whose pipeline the jobs would be of.
    planned: string;
}

export function LintAnswer({ result, content, file, onGo, planned }: LintAnswerProps) {
    const warnings = result.messages.filter(({ severity }) => severity === 'warning').length;
    const errors = result.messages.length - warnings;
    const look = !result.valid ? 'failed' : warnings > 0 ? 'warning' : 'success';
    return (
        <>
            <p class="lint-verdict">
                <StateBadge look={look} word={result.valid ? 'Valid' : 'Broken'} testid="lint-state" />
                <span class="muted">{[errors > 0 && count(errors, 'error'), warnings > 0 && count(warnings, 'warning'), result.valid && count(result.jobs.length, 'job')].filter(Boolean).join(', ')}</span>
            </p>
            {result.messages.length > 0 && <ul class="lint-messages">{result.messages.map((message, index) => <Message key={index} message={message} content={content} file={file} onGo={onGo} />)}</ul>}
            {result.jobs.length > 0 && <h2 class="part">The jobs of a push to {planned}</h2>}
            {result.jobs.length > 0 && <Jobs jobs={result.jobs} />}
            {result.valid && result.jobs.length === 0 && <p class="muted">No job would be in this pipeline.</p>}
            {result.merged_yaml && <details class="merged"><summary>The file with everything included and extended</summary><Snippet text={result.merged_yaml} testid="merged-yaml" /></details>}
        </>
    );
}
