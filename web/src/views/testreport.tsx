// SPDX-License-Identifier: MIT
import { useState } from 'preact/hooks';
import { get, projectApi } from '../base/api';
import type { TestCase, TestCounts, TestReport, TestSuite } from '../base/entities';
import { usePageTitle } from '../base/favicon';
import { duration } from '../base/format';
import { useResource } from '../base/resource';
import type { Look } from '../base/states';
import { brokenCount, brokenSuitesFirst, failedFirst, isBroken } from '../base/testorder';
import type { Pipeline } from '../base/types';
import { Button, Check, Input } from '../parts/controls';
import { Absent, Empty } from '../parts/empty';
import { Icon } from '../parts/icons';
import { Layout, projectCrumbs } from '../parts/layout';
import { StateBadge } from '../parts/state';
import { applyPipeline, PipelineHead } from './pipelinehead';
import { PipelineTabs } from './pipelinetabs';

const looks: Record<TestCase['status'], [Look, string]> = {
    success: ['success', 'Passed'], failed: ['failed', 'Failed'], error: ['failed', 'Error'], skipped: ['skipped', 'Skipped'],
};

// As many rows as a page draws at once without a pause; the rest on demand.
const firstRows = 200;

function Case({ one }: { one: TestCase }) {
    const [look, word] = looks[one.status] ?? ['unknown', one.status];
    const name = (
        <>
            <span class="case-name">{one.name}</span>
            {one.classname && one.classname !== one.name && <span class="row-note">{one.classname}</span>}
            {one.file && <span class="row-note mono">{one.file}</span>}
        </>
    );
    return (
        <tr data-testid="test-case" data-name={one.name} data-state={one.status}>
            <td><StateBadge look={look} word={word} /></td>
            <td>
                {one.system_output
                    ? <details open={isBroken(one)}><summary>{name}</summary><pre class="preview" data-testid="test-output">{one.system_output}</pre></details>
                    : name}
            </td>
            <td class="num right nowrap">{duration(one.execution_time)}</td>
        </tr>
    );
}

function Cases({ cases }: { cases: TestCase[] }) {
    const [limit, setLimit] = useState(firstRows);
    const sorted = failedFirst(cases);
    return (
        <>
            <div class="table-scroll"><table class="table cases">
                <thead><tr><th>Result</th><th>Case</th><th class="right">Time</th></tr></thead>
                <tbody>{sorted.slice(0, limit).map((one, index) => <Case key={`${index} ${one.classname} ${one.name}`} one={one} />)}</tbody>
            </table></div>
            {sorted.length > limit && <div class="pager"><Button label={`Show all ${sorted.length.toLocaleString('en')}`} testid="test-more" onPress={() => setLimit(sorted.length)} /></div>}
        </>
    );
}

export function CountWords({ counts }: { counts: TestCounts }) {
    const broken = brokenCount(counts);
    return (
        <span class="counts">
            {broken > 0 && <span class="bad-text">{broken} failed</span>}
            <span>{counts.success_count} passed</span>
            {counts.skipped_count > 0 && <span>{counts.skipped_count} skipped</span>}
            <span class="num">{duration(counts.total_time)}</span>
        </span>
    );
}

function Suite({ suite, wanted, alone }: { suite: TestSuite; wanted: (one: TestCase) => boolean; alone: boolean }) {
    const broken = brokenCount(suite) > 0 || Boolean(suite.suite_error);
    const [open, setOpen] = useState(broken || alone);
    const cases = suite.test_cases.filter(wanted);
    if (cases.length === 0 && !suite.suite_error) {
        return null;
    }
    return (
        <section class="suite" data-testid="test-suite" data-name={suite.name}>
            <button type="button" class="matrix-head" aria-expanded={open} onClick={() => setOpen(!open)}>
                <span class={`fold${open ? ' open' : ''}`}><Icon name="chevron" /></span><span class="pill-name">{suite.name}</span><CountWords counts={suite} />
            </button>
            {suite.suite_error && <p class="form-error" data-testid="suite-error">{suite.suite_error}</p>}
            {open && cases.length > 0 && <Cases cases={cases} />}
        </section>
    );
}

function Report({ report }: { report: TestReport }) {
    const [text, setText] = useState('');
    const [onlyBroken, setOnlyBroken] = useState(false);
    const part = text.trim().toLowerCase();
    const wanted = (one: TestCase) => (!onlyBroken || isBroken(one)) && (!part || `${one.classname} ${one.name} ${one.file ?? ''}`.toLowerCase().includes(part));
    const shown = report.test_suites.some((suite) => suite.suite_error || suite.test_cases.some(wanted));
    return (
        <>
            <div class="part-row" data-testid="test-summary">
                <h2>{report.total_count.toLocaleString('en')} cases</h2><CountWords counts={report} />
                <span class="grow" />
                <Check label="Only failed" checked={onlyBroken} onChange={setOnlyBroken} testid="test-only-failed" />
                <span class="head-search"><Icon name="search" /><Input type="search" value={text} onText={setText} placeholder="Name or file" aria-label="Search cases" testid="test-search" /></span>
            </div>
            {brokenSuitesFirst(report.test_suites).map((suite) => <Suite key={suite.name} suite={suite} wanted={wanted} alone={report.test_suites.length === 1} />)}
            {!shown && <Empty title="No such cases"><p>None of this report fits.</p></Empty>}
        </>
    );
}

export function TestReportPage({ path, id }: { path: string; id: number }) {
    const base = `${projectApi(path)}/pipelines/${id}`;
    const pipeline = useResource(base, () => get<Pipeline>(base), { topics: [`pipeline:${id}`], apply: applyPipeline });
    const report = useResource(`${base}/test_report`, () => get<TestReport>(`${base}/test_report`));
    usePageTitle(`Tests · #${id} · ${path}`);
    const value = report.value;
    return (
        <Layout crumbs={[...projectCrumbs(path), { label: 'Pipelines', href: `/${path}/-/pipelines` }, { label: `#${id}`, href: `/${path}/-/pipelines/${id}` }, { label: 'Tests' }]} project={path} tab="pipelines">
            {pipeline.value && <PipelineHead pipeline={pipeline.value} base={base} allowed={[]} reload={pipeline.reload} />}
            <PipelineTabs path={path} id={id} tab="tests" status={pipeline.value?.status} />
            {!value && <Absent error={report.error} reload={report.reload} what="test report" />}
            {value && value.test_suites.length === 0 && <Empty title="No test reports"><p>A job with <code>artifacts: reports: junit: report.xml</code> makes one.</p></Empty>}
            {value && value.test_suites.length > 0 && <Report report={value} />}
        </Layout>
    );
}
