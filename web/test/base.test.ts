// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentWords } from '../src/base/agentwords';
import { backoffMs } from '../src/base/backoff';
import { folderRows } from '../src/base/filetree';
import { ago, bytes, countdown, duration, plainText } from '../src/base/format';
import { arrange, definitionName, variantName } from '../src/base/jobgroups';
import { jobHref } from '../src/base/joblink';
import { decodeLive } from '../src/base/livemessage';
import { pipelineActions } from '../src/base/pipelineactions';
import { jobAfter } from '../src/base/pipelinenews';
import { parseRoute, safeReturnTo } from '../src/base/routes';
import { runnerWord } from '../src/base/runnerwords';
import { groupLook, jobLook, stateLook } from '../src/base/states';
import type { Job, Runner } from '../src/base/types';

const routes: [string, string, string, number][] = [
    ['/', 'projects', '', 0],
    ['/-/sign_in', 'signIn', '', 0],
    ['/root/sample', 'overview', 'root/sample', 0],
    ['/root/sample/', 'overview', 'root/sample', 0],
    ['/a/b/c', 'overview', 'a/b/c', 0],
    ['/root/sample/-/pipelines', 'pipelines', 'root/sample', 0],
    ['/root/sample/-/pipelines/new', 'newPipeline', 'root/sample', 0],
    ['/root/sample/-/pipelines/12', 'pipeline', 'root/sample', 12],
    ['/a/b/c/-/jobs/7', 'job', 'a/b/c', 7],
    ['/root/sample/-/jobs/7/terminal', 'terminal', 'root/sample', 7],
    ['/root/sample/-/jobs/7/artifacts', 'artifacts', 'root/sample', 7],
    ['/root/sample/-/jobs/x', 'notFound', '', 0],
    ['/admin/runners', 'runners', '', 0],
    ['/alone', 'notFound', '', 0],
    ['/root/sample/-/', 'notFound', '', 0],
    ['//evil.example/x', 'notFound', '', 0],
];
for (const [path, page, project, id] of routes) {
    test(`reads the address ${path}`, () => assert.deepEqual(parseRoute(path), { page, project, id }));
}

const downstream = { id: 9, project_id: 2, status: 'running', web_url: 'https://elsewhere.example/b/c/-/pipelines/9' } as const;
const links: [string, Partial<Job>, string | undefined][] = [
    ['a job to its page', { id: 3 }, '/a/b/-/jobs/3'],
    ['a trigger job to what it started, on this site', { id: 3, downstream_pipeline: downstream }, '/b/c/-/pipelines/9'],
    ['a trigger job that started nothing yet to nowhere', { id: 3, downstream_pipeline: null }, undefined],
];
for (const [what, job, href] of links) {
    test(`leads ${what}`, () => assert.equal(jobHref(job as Job, 'a/b'), href));
}

const origin = 'https://ci.example.org';
const returns: [string | null, string][] = [
    [null, '/'], ['', '/'], ['/root/sample?x=1#L3', '/root/sample?x=1#L3'], ['https://evil.example/', '/'], ['//evil.example', '/'],
    ['/\\evil.example', '/'], ['/\t/evil.example', '/'], ['javascript:alert(1)', '/'], ['evil', '/'], ['/-/sign_in?return_to=/', '/'],
    ['/a/..//evil.example', '/'], ['/\n/evil.example', '/'], ['https://ci.example.org.evil.example/', '/'],
];
for (const [wanted, expected] of returns) {
    test(`after signing in goes from ${JSON.stringify(wanted)} to ${expected}`, () => assert.equal(safeReturnTo(wanted, origin), expected));
}

test('writes durations, sizes and times for people', () => {
    assert.deepEqual([null, 0, 3.21, 42.4, 62, 3725].map(duration), ['–', '0.0 s', '3.2 s', '42 s', '1:02', '1:02:05']);
    assert.deepEqual([0, 1023, 1536, 1048576, 5e9].map(bytes), ['0 B', '1023 B', '1.5 KiB', '1.0 MiB', '4.7 GiB']);
    const now = Date.parse('2026-03-01T12:00:00Z');
    assert.equal(ago('2026-03-01T11:59:58Z', now), 'just now');
    assert.equal(ago('2026-03-01T11:15:00Z', now), '45 min ago');
    assert.equal(ago('2026-02-27T12:00:00Z', now), '2 d ago');
    assert.equal(ago('2026-03-01T14:00:00Z', now), 'in 2 h');
    assert.equal(ago('2026-03-01T14:58:30Z', now), 'in 2 h 58 min');
    assert.equal(ago('2026-03-02T11:58:30Z', now), 'in 23 h');
    assert.equal(ago(null, now), 'never');
    assert.equal(ago('nonsense', now), 'never');
    assert.equal(countdown(now + 61000, now), '1:01');
    assert.equal(countdown(now - 5, now), '0:00');
});

test('makes one plain line of a stranger\'s text', () => {
    assert.equal(plainText('a\u202eb\nc\u0007  d'), 'a b c d');
    assert.equal(plainText('x'.repeat(200), 10), 'xxxxxxxxx…');
});

function job(id: number, name: string, stage: string, part: Partial<Job> = {}): Job {
    return { id, name, stage, status: 'success', allow_failure: false, hold: null, needs: null, ...part } as Job;
}

test('groups the jobs of a matrix', () => {
    assert.deepEqual(['test', 'test: [gcc, 13]', 'test 2/4', 'a: b', 'test 2/4x'].map(definitionName), ['test', 'test', 'test', 'a: b', 'test 2/4x']);
    assert.deepEqual(['test', 'test: [gcc, 13]', 'test 2/4'].map(variantName), ['test', 'gcc, 13', '2/4']);
    const stages = arrange([job(3, 'test: [b]', 'test', { status: 'failed' }), job(1, 'compile', 'build'), job(2, 'test: [a]', 'test')], ['build', 'empty', 'test']);
    assert.deepEqual(stages.map(({ name, groups }) => [name, groups.map((group) => [group.name, group.jobs.map(({ id }) => id), group.look])]), [
        ['build', [['compile', [1], 'success']]], ['test', [['test', [2, 3], 'failed']]]]);
});

test('looks at a job as a person would', () => {
    assert.equal(jobLook(job(1, 'a', 's', { status: 'failed', allow_failure: true })), 'warning');
    assert.equal(jobLook(job(1, 'a', 's', { status: 'running', hold: { reason: 'terminal', until: '' } })), 'held');
    assert.equal(stateLook('constructor'), 'unknown');
    assert.equal(groupLook(['success', 'failed', 'running']), 'running');
});

test('decodes live messages and refuses others', () => {
    assert.deepEqual(decodeLive('{"type":"subscribed","topic":"job:1"}'), { type: 'subscribed', topic: 'job:1' });
    const trace = decodeLive('{"type":"trace","job":4,"offset":2,"size":5,"data":"aGk="}');
    assert.ok(trace?.type === 'trace' && new TextDecoder().decode(trace.data) === 'hi');
    for (const bad of ['', '{', '[]', 'null', '{"type":"toString"}', '{"type":"changed","entity":"user","data":{}}', '{"type":"changed","entity":"job"}', '{"type":"trace","data":"*"}']) {
        assert.equal(decodeLive(bad), null, bad);
    }
    assert.equal(decodeLive(new ArrayBuffer(1)), null);
});

test('waits longer after each attempt, up to a bound', () => {
    assert.deepEqual([0, 1, 5, 50].map((attempt) => backoffMs(attempt, 0.5)), [500, 1000, 15000, 15000]);
    assert.ok(backoffMs(0, 0) < backoffMs(0, 1));
});

test('shows the folders of an archive', () => {
    const files = [{ path: 'a/b/c', size: 1 }, { path: 'a/d', size: 2 }, { path: 'e', size: 4 }];
    assert.deepEqual(folderRows(files, '').map(({ path, size, folder }) => [path, size, folder]), [['a/', 3, true], ['e', 4, false]]);
    assert.deepEqual(folderRows(files, 'a/').map(({ name, size }) => [name, size]), [['b', 1], ['d', 2]]);
});

test('says what a runner is doing', () => {
    const runner = (part: Partial<Runner>) => runnerWord({ status: 'online', online: true, paused: false, ...part } as Runner).word;
    assert.deepEqual([{}, { jobs_running: 2 }, { jobs_running: 2, jobs_held: 1 }, { paused: true }, { online: false, status: 'offline' }, { status: 'never_contacted' }].map(runner),
        ['Idle', 'Busy, 2', 'Holding 1, busy 1', 'Paused', 'Offline', 'Never seen']);
});

test('names browsers', () => {
    assert.equal(agentWords('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'), 'Firefox on Linux');
    assert.equal(agentWords('Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1 Safari/537.36 Edg/1'), 'Edge on Windows');
    assert.equal(agentWords(''), 'Unknown browser');
});

const allowing: [string, Partial<Job>[], string[]][] = [
    ['nothing before its jobs are known', [], []],
    ['nothing to who may do nothing', [{ status: 'failed', actions: [] }, { status: 'running', actions: [] }], []],
    ['cancel while a job can be canceled', [{ status: 'success', actions: ['retry'] }, { status: 'created', actions: ['cancel'] }], ['cancel']],
    ['retry when a job failed, also while others run', [{ status: 'failed', actions: ['retry'] }, { status: 'running', actions: ['cancel'] }], ['retry', 'cancel']],
    ['no retry of what passed', [{ status: 'success', actions: ['retry'] }], []],
    ['retry of what was canceled', [{ status: 'canceled', actions: ['retry', 'erase'] }], ['retry']],
];
for (const [what, jobs, actions] of allowing) {
    test(`offers for a pipeline ${what}`, () => assert.deepEqual(pipelineActions(jobs as Job[]), actions));
}

test('keeps the link to another project\'s pipeline, of which news say nothing', () => {
    const bridge = { id: 3, status: 'running', downstream_pipeline: downstream } as unknown as Job;
    assert.deepEqual(jobAfter(bridge, { status: 'success', downstream_pipeline: null }), { ...bridge, status: 'success' });
    assert.equal(jobAfter(bridge, { downstream_pipeline: { ...downstream, id: 10 } }).downstream_pipeline?.id, 10);
});
