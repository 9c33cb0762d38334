// SPDX-License-Identifier: MIT
import { useEffect, useState } from 'preact/hooks';
import { ApiError, get, projectApi, send } from '../base/api';
import type { PipelineForm } from '../base/entities';
import { usePageTitle } from '../base/favicon';
import { loadRefs, type Refs } from '../base/refs';
import { useResource } from '../base/resource';
import { isDeveloper } from '../base/roles';
import { navigate, query } from '../base/router';
import { givenInputs, inputErrors, type InputErrors } from '../base/runform';
import type { Pipeline } from '../base/types';
import { Button, Field, LinkButton } from '../parts/controls';
import { Absent, Empty } from '../parts/empty';
import { Form } from '../parts/form';
import { FormError } from '../parts/formerror';
import { Layout, projectCrumbs } from '../parts/layout';
import { RefInput } from '../parts/refinput';
import { emptyVariable, VariableRows, type GivenVariable } from '../parts/variablerows';
import { InputField, VariableField } from './runfields';

// While a name is typed most of it is of no branch: asked for when it is one, else after a pause.
const pauseMs = 500;

interface Asked {
    form: PipelineForm | null;
    error: string;
}

/// What the file at `ref` asks for; a form that is shown stays until the next one is there.
function usePipelineForm(path: string, ref: string, names: string[]): Asked {
    const [asked, setAsked] = useState<Asked>({ form: null, error: '' });
    useEffect(() => {
        let isCurrent = true;
        const show = (next: Asked) => isCurrent && setAsked(next);
        const load = () => get<PipelineForm>(`${projectApi(path)}/pipeline_form?ref=${encodeURIComponent(ref)}`).then(
            (form) => show({ form, error: '' }),
            (error: unknown) => show({ form: null, error: error instanceof ApiError && error.status === 404 ? 'There is no such branch or tag.' : String((error as Error).message) }));
        const timer = ref ? window.setTimeout(() => void load(), names.includes(ref) ? 0 : pauseMs) : 0;
        return () => {
            isCurrent = false;
            window.clearTimeout(timer);
        };
    }, [path, ref]);
    return asked;
}

type Texts = Record<string, string>;

interface AskedFieldsProps {
    form: PipelineForm;
    inputs: Texts;
    described: Texts;
    errors: Texts;
    onInputs: (texts: Texts) => void;
    onDescribed: (texts: Texts) => void;
}

function AskedFields({ form, inputs, described, errors, onInputs, onDescribed }: AskedFieldsProps) {
    return (
        <>
            {form.errors.length > 0 && (
                <ul class="form-error" role="alert" data-testid="run-broken">
                    {form.errors.map(({ text, file, line, column }, index) => <li key={index}>{file && `${file}${line ? `:${line}:${column ?? 1}` : ''}: `}{text}</li>)}
                </ul>
            )}
            {form.inputs.length > 0 && (
                <fieldset class="asked" data-testid="run-inputs">
                    <legend>Inputs</legend>
                    {form.inputs.map((input) => <InputField key={input.name} input={input} value={inputs[input.name]} error={errors[input.name]} onText={(text) => onInputs({ ...inputs, [input.name]: text })} />)}
                </fieldset>
            )}
            {form.variables.length > 0 && (
                <fieldset class="asked" data-testid="run-described">
                    <legend>Variables of the file</legend>
                    {form.variables.map((variable) => <VariableField key={variable.key} variable={variable} value={described[variable.key]} onText={(text) => onDescribed({ ...described, [variable.key]: text })} />)}
                </fieldset>
            )}
        </>
    );
}

const nothingWrong: InputErrors = { fields: {}, rest: '' };

function RunForm({ path, refs }: { path: string; refs: Refs }) {
    const [ref, setRef] = useState(query.value.get('ref') ?? refs.project.default_branch ?? '');
    const [inputs, setInputs] = useState<Texts>({});
    const [described, setDescribed] = useState<Texts>({});
    const [variables, setVariables] = useState<GivenVariable[]>([emptyVariable()]);
    const [errors, setErrors] = useState<InputErrors>(nothingWrong);
    const { form, error } = usePipelineForm(path, ref.trim(), refs.names);
    const run = async () => {
        setErrors(nothingWrong);
        // A row typed by hand counts more than the field of the same name.
        const given = new Map((form?.variables ?? []).map(({ key, value }) => [key, described[key] ?? value]));
        variables.filter(({ key }) => key.trim() !== '').forEach(({ key, value }) => given.set(key.trim(), value));
        try {
            const pipeline = await send<Pipeline>('POST', `${projectApi(path)}/pipeline`, {
                ref: ref.trim(), variables: [...given].map(([key, value]) => ({ key, value, variable_type: 'env_var' })), inputs: givenInputs(form?.inputs ?? [], inputs),
            });
            navigate(`/${path}/-/pipelines/${pipeline.id}`);
        } catch (failure) {
            setErrors(inputErrors(failure instanceof Error ? failure.message : String(failure), form?.inputs ?? []));
        }
    };
    return (
        <Form class="form" testid="run-form" onSend={run}>
            <Field label="Branch or tag" error={error}>{(id) => <RefInput id={id} value={ref} names={refs.names} onText={setRef} testid="run-ref" />}</Field>
            {form && <AskedFields form={form} inputs={inputs} described={described} errors={errors.fields} onInputs={setInputs} onDescribed={setDescribed} />}
            <VariableRows rows={variables} onChange={setVariables} />
            <FormError text={errors.rest} />
            <div class="form-end">
                <Button label="Run pipeline" icon="play" kind="primary" type="submit" testid="run-submit" />
                <LinkButton href={`/${path}/-/pipelines`} label="Cancel" />
            </div>
        </Form>
    );
}

export function RunPipelinePage({ path }: { path: string }) {
    usePageTitle(`Run pipeline · ${path}`);
    const refs = useResource(`refs ${path}`, () => loadRefs(path));
    const mayRun = refs.value && (isDeveloper(refs.value.project) || !refs.value.project.permissions);
    return (
        <Layout crumbs={[...projectCrumbs(path), { label: 'Pipelines', href: `/${path}/-/pipelines` }, { label: 'Run' }]} project={path} tab="pipelines">
            <div class="head"><h1>Run pipeline</h1></div>
            {!refs.value && <Absent error={refs.error} reload={refs.reload} what="repository" />}
            {refs.value && (mayRun ? <RunForm path={path} refs={refs.value} /> : <Empty title="For developers" testid="forbidden"><p>Running a pipeline needs the role of a developer, in a project that is not archived.</p></Empty>)}
        </Layout>
    );
}
