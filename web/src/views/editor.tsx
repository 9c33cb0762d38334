// SPDX-License-Identifier: MIT
// The CI file: paste it or load it from a branch, and see what would come of it before pushing it.
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, getText, projectApi, send } from '../base/api';
import type { LintMessage, LintResult } from '../base/entities';
import { usePageTitle } from '../base/favicon';
import { loadRefs, type Refs } from '../base/refs';
import { useResource } from '../base/resource';
import { query } from '../base/router';
import { Button } from '../parts/controls';
import { Absent } from '../parts/empty';
import { FormError } from '../parts/formerror';
import { Layout, projectCrumbs } from '../parts/layout';
import { RefInput } from '../parts/refinput';
import { CodeField, type CodeFieldHandle } from './codefield';
import { LintAnswer } from './lintanswer';

const defaultFile = '.gitlab-ci.yml';
// After a pause in typing: an answer takes a few milliseconds, but one for each key is no use.
const pauseMs = 600;

async function loadFile(path: string, file: string, ref: string): Promise<string> {
    try {
        return await getText(`${projectApi(path)}/repository/files/${encodeURIComponent(file)}/raw?ref=${encodeURIComponent(ref)}`);
    } catch (error) {
        throw error instanceof ApiError && error.status === 404 ? new Error(`There is no ${file} in ${ref}.`) : error;
    }
}

interface Lint {
    result: LintResult | null;
    error: string;
}

/// Asks a moment after the text was last changed; an answer to an older text is dropped.
function useLint(path: string, content: string, ref: string): Lint {
    const [lint, setLint] = useState<Lint>({ result: null, error: '' });
    const newest = useRef(0);
    useEffect(() => {
        newest.current += 1;
        const mine = newest.current;
        if (!content.trim()) {
            setLint({ result: null, error: '' });
            return undefined;
        }
        const show = (next: Lint) => mine === newest.current && setLint(next);
        const timer = window.setTimeout(() => {
            send<LintResult>('POST', `${projectApi(path)}/ci/lint`, { content, ...(ref && { ref, dry_run: true }) })
                .then((result) => show({ result, error: '' }), (error: unknown) => show({ result: null, error: error instanceof Error ? error.message : String(error) }));
        }, pauseMs);
        return () => window.clearTimeout(timer);
    }, [content, ref]);
    return lint;
}

function Editor({ path, refs }: { path: string; refs: Refs }) {
    const file = refs.project.ci_config_path || defaultFile;
    const [ref, setRef] = useState(query.value.get('ref') ?? refs.project.default_branch ?? '');
    const [usedRef, setUsedRef] = useState(ref);
    const [content, setContent] = useState('');
    const [error, setError] = useState('');
    const code = useRef<CodeFieldHandle>(null);
    const lint = useLint(path, content, refs.project.empty_repo ? '' : usedRef);
    const load = async () => {
        setError('');
        await loadFile(path, file, ref.trim()).then((text) => {
            setContent(text);
            setUsedRef(ref.trim());
        }, (failure: unknown) => setError(failure instanceof Error ? failure.message : String(failure)));
    };
    useEffect(() => {
        if (!refs.project.empty_repo && ref) {
            void load();
        }
    }, []);
    const go = (message: LintMessage) => code.current?.go(message.line ?? 1, message.column ?? 1);
    return (
        <>
            <form class="add-row editor-tools" onSubmit={(event) => {
                event.preventDefault();
                void load();
            }}>
                <RefInput value={ref} names={refs.names} onText={setRef} aria-label="Branch or tag" testid="editor-ref" />
                <Button label={`Load ${file}`} icon="download" type="submit" disabled={!ref.trim()} testid="editor-load" />
            </form>
            <FormError text={error} />
            <div class="editor">
                <CodeField value={content} onText={setContent} label={file} handle={code} marks={(lint.result?.messages ?? []).filter((message) => !message.file || message.file === file)} />
                <section class="editor-answer" aria-live="polite">
                    {lint.error && <p class="form-error" data-testid="lint-refused">{lint.error}</p>}
                    {!content.trim() && <p class="muted">Paste a CI file, or load the one of a branch. It is checked as you type; nothing is saved.</p>}
                    {lint.result && <LintAnswer result={lint.result} content={content} file={file} onGo={go} planned={usedRef} />}
                </section>
            </div>
        </>
    );
}

export function EditorPage({ path }: { path: string }) {
    usePageTitle(`CI file · ${path}`);
    const refs = useResource(`refs ${path}`, () => loadRefs(path));
    return (
        <Layout crumbs={[...projectCrumbs(path), { label: 'CI file' }]} project={path} tab="editor">
            <div class="head"><h1>CI file</h1></div>
            {refs.value ? <Editor path={path} refs={refs.value} /> : <Absent error={refs.error} reload={refs.reload} what="repository" />}
        </Layout>
    );
}
