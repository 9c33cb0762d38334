// SPDX-License-Identifier: MIT
// What the pages beside pipelines and jobs compute.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { caretAt } from '../src/base/caret';
import { learnServerTime, serverTime } from '../src/base/clock';
import { cronWords } from '../src/base/cronwords';
import type { KeyValue, PipelineInput, TestCase, TestSuite } from '../src/base/entities';
import { countdown } from '../src/base/format';
import { formErrors } from '../src/base/formerrors';
import { isProtected } from '../src/base/protectedrefs';
import { parseRoute } from '../src/base/routes';
import { givenInputs, inputErrors, inputOptions, inputText } from '../src/base/runform';
import { variableChanges, wrongName } from '../src/base/scheduledraft';
import { brokenSuitesFirst, failedFirst } from '../src/base/testorder';
import { isWebLink } from '../src/base/weblink';

const routes: [string, object][] = [
    ['/a/b/-/pipeline_schedules', { page: 'schedules', project: 'a/b', id: 0 }],
    ['/a/b/-/pipeline_schedules/new', { page: 'newSchedule', project: 'a/b', id: 0 }],
    ['/a/b/-/pipeline_schedules/4/edit', { page: 'schedule', project: 'a/b', id: 4 }],
    ['/a/b/-/environments/9', { page: 'environment', project: 'a/b', id: 9 }],
    ['/a/b/-/pipelines/7/test_report', { page: 'tests', project: 'a/b', id: 7 }],
    ['/a/b/-/releases', { page: 'releases', project: 'a/b', id: 0 }],
    ['/a/b/-/releases/v1.0%2Frc', { page: 'release', project: 'a/b', id: 0, name: 'v1.0/rc' }],
    ['/a/b/-/releases/%zz', { page: 'notFound', project: '', id: 0 }],
    ['/a/b/-/ci/editor', { page: 'editor', project: 'a/b', id: 0 }],
    ['/a/b/-/ci/lint', { page: 'editor', project: 'a/b', id: 0 }],
    ['/groups/a/-/settings/ci_cd', { page: 'groupSettings', project: '', id: 0, name: 'a' }],
    ['/groups/a/b/-/settings', { page: 'groupSettings', project: '', id: 0, name: 'a/b' }],
    ['/admin/variables', { page: 'adminVariables', project: '', id: 0 }],
];
for (const [path, expected] of routes) {
    test(`reads the address ${path}`, () => assert.deepEqual(parseRoute(path), expected));
}

const crons: [string, string][] = [
    ['0 4 * * *', 'every day at 04:00'], ['30 23 * * 0', 'every Sunday at 23:30'], ['30 23 * * 7', 'every Sunday at 23:30'],
    ['0 6 * * 1-5', 'Monday to Friday at 06:00'], ['0 4 1 * *', 'on day 1 of every month at 04:00'], ['15 * * * *', 'every hour at minute 15'],
    ['*/10 * * * *', 'every 10 minutes'], ['* * * * *', 'every minute'], ['0 4 1 1 *', ''], ['0 4 1 * 1', ''], ['0 4 * *', ''], ['0 4 * * * *', ''],
    ['0 */2 * * *', ''], ['0 99 * * *', ''], ['77 * * * *', ''], ['', ''], ['@daily', ''], ['0 4 * * mon', ''],
];
for (const [cron, words] of crons) {
    test(`says ${JSON.stringify(cron)} as ${JSON.stringify(words)}`, () => assert.equal(cronWords(cron), words));
}

test('a countdown never shows more than the limit', () => {
    const until = 1_800_000;
    assert.equal(countdown(until, 0), '30:00');
    assert.equal(countdown(until, -900), '30:00'); // The page's clock stands still for a second.
    assert.equal(countdown(until, 1), '29:59');
    assert.equal(countdown(until, until + 5000), '0:00');
});

test('a clock that is off is set by the coordinator’s, a good one is left alone', () => {
    learnServerTime(new Date(Date.now() + 600_000).toUTCString());
    assert.ok(Math.abs(serverTime() - Date.now() - 600_000) < 2000);
    learnServerTime('nonsense');
    assert.ok(Math.abs(serverTime() - Date.now() - 600_000) < 2000);
    learnServerTime(new Date(Date.now() - 900).toUTCString());
    assert.ok(Math.abs(serverTime() - Date.now()) < 50);
});

test('a refusal is shown beside the field that it names', () => {
    const names = ['cron', 'cron_timezone', 'ref'];
    assert.deepEqual(formErrors(new Error('cron: `61 * * * *` never comes'), names), { fields: { cron: '`61 * * * *` never comes' }, rest: '' });
    assert.deepEqual(formErrors(new Error('cron_timezone: no zone Mars'), names), { fields: { cron_timezone: 'No zone Mars' }, rest: '' });
    assert.deepEqual(formErrors(new Error('cron timezone: no zone Mars'), names), { fields: { cron_timezone: 'No zone Mars' }, rest: '' });
    assert.deepEqual(formErrors(new Error('ref must be the name of a branch or tag; cron: is missing'), names),
        { fields: { ref: 'Must be the name of a branch or tag', cron: 'Is missing' }, rest: '' });
    assert.deepEqual(formErrors(new Error('403 Forbidden'), names), { fields: {}, rest: '403 Forbidden' });
    assert.deepEqual(formErrors('crontab is full', names), { fields: {}, rest: 'crontab is full' });
});

test('a caret stands under the column', () => {
    assert.deepEqual(caretAt('a:\n\tscirpt: x', 2, 2), { line: '\tscirpt: x', mark: '\t^' });
    assert.deepEqual(caretAt('a: b', 1, null), { line: 'a: b', mark: '' });
    assert.deepEqual(caretAt('a: b', 1, 99), { line: 'a: b', mark: '    ^' });
    assert.equal(caretAt('a', 5, 1), null);
    assert.equal(caretAt('a', null, null), null);
    const long = caretAt(`${'x'.repeat(5000)}!`, 1, 5001)!;
    assert.ok(long.line.length < 200);
    assert.equal(long.line[long.mark.length - 1], '!');
});

const one = (status: TestCase['status'], name: string) => ({ status, name }) as TestCase;

test('a test report begins with what failed', () => {
    const cases = [one('success', 'a'), one('skipped', 'b'), one('failed', 'c'), one('error', 'd'), one('success', 'e')];
    assert.deepEqual(failedFirst(cases).map(({ name }) => name), ['c', 'd', 'b', 'a', 'e']);
    const suite = (name: string, failed: number, problem: string | null = null) => ({ name, failed_count: failed, error_count: 0, suite_error: problem }) as TestSuite;
    assert.deepEqual(brokenSuitesFirst([suite('a', 0), suite('b', 1), suite('c', 0, 'not XML'), suite('d', 0)]).map(({ name }) => name), ['b', 'c', 'a', 'd']);
});

test('a pattern of protected branches covers what git’s hosts mean by it', () => {
    assert.ok(isProtected(['main', 'release/*'], 'release/1/2'));
    assert.ok(!isProtected(['main', 'release/*'], 'release'));
    assert.ok(!isProtected(['v1.0'], 'v1x0'));
    assert.ok(!isProtected([], 'main'));
});

test('only what changed of a schedule’s variables is sent', () => {
    const before: KeyValue[] = [{ key: 'A', value: '1', variable_type: 'env_var' }, { key: 'B', value: '2', variable_type: 'file' }, { key: 'C', value: '3', variable_type: 'env_var' }];
    assert.deepEqual(variableChanges(before, [{ key: 'A', value: '1' }, { key: 'B', value: 'x' }, { key: 'D', value: '4' }]), [
        { method: 'DELETE', key: 'C' },
        { method: 'PUT', key: 'B', body: { key: 'B', value: 'x', variable_type: 'file' } },
        { method: 'POST', key: 'D', body: { key: 'D', value: '4', variable_type: 'env_var' } },
    ]);
    assert.equal(wrongName(['A', 'B_2']), '');
    assert.ok(/^2B: /.test(wrongName(['A', '2B'])));
    assert.ok(/twice/.test(wrongName(['A', 'A'])));
});

const input = (part: Partial<PipelineInput>): PipelineInput => ({ name: 'n', type: 'string', required: false, default: null, options: [], regex: null, description: '', rules: [], ...part });

test('inputs become texts, and only those that differ are given', () => {
    assert.deepEqual([null, 'x', 3, true, ['a']].map(inputText), ['', 'x', '3', 'true', '["a"]']);
    assert.deepEqual(inputOptions(input({ type: 'boolean' })), ['true', 'false']);
    assert.deepEqual(inputOptions(input({ options: ['a'], rules: [{ options: ['a', 'b'] }] })), ['a', 'b']);
    const inputs = [input({ name: 'a', default: 1 }), input({ name: 'b', default: 'x' }), input({ name: 'c' }), input({ name: 'd' })];
    assert.deepEqual(givenInputs(inputs, { a: '1', b: '', c: 'y' }), { b: '', c: 'y' });
});

test('what is wrong with an input is said beside it', () => {
    const inputs = [input({ name: 'a' }), input({ name: 'b' })];
    assert.deepEqual(inputErrors('`a` input: required value has not been provided, `b` input: provided value is not a number', inputs),
        { fields: { a: 'Required value has not been provided', b: 'Provided value is not a number' }, rest: '' });
    assert.deepEqual(inputErrors('Reference not found', inputs), { fields: {}, rest: 'Reference not found' });
    assert.deepEqual(inputErrors('.gitlab-ci.yml:1:3: `a` input: `x, y` cannot be used', inputs).fields, { a: '`x, y` cannot be used' });
});

test('only web addresses become links', () => {
    assert.deepEqual(['https://a', 'HTTP://a', 'javascript:alert(1)', 'ftp://a', '//a', null].map(isWebLink), [true, true, false, false, false, false]);
});
