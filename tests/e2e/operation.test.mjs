// SPDX-License-Identifier: MIT
// How the coordinator starts, refuses to start, and ends.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Instance } from './lib/instance.mjs';
import { Program } from './lib/process.mjs';

let instance;
before(async () => { instance = await Instance.create(); });
after(() => instance.destroy());

const serve = (...args) =>
  new Program(join(process.env.CAPSTAN_BIN, 'capstan'), ['serve', ...args], { cwd: instance.folder });

test('a second coordinator on the same data is refused with a sentence', async () => {
  const second = serve('--data', join(instance.folder, 'data'), '--listen', '127.0.0.1:0');
  const exit = await second.ended;
  assert.notEqual(exit.code, 0);
  assert.match(second.output, new RegExp(`${instance.coordinator.pid}|in use|another`));
});

test('a taken port is named', async () => {
  const second = serve('--data', join(instance.folder, 'other'), '--listen', `127.0.0.1:${instance.port}`);
  const exit = await second.ended;
  assert.notEqual(exit.code, 0);
  assert.match(second.output, new RegExp(`${instance.port}`));
});

test('health, readiness and metrics answer without credentials or secrets', async () => {
  for (const path of ['/-/health', '/-/readiness', '/-/metrics']) {
    const answer = await fetch(instance.url + path);
    assert.equal(answer.status, 200, path);
    assert.doesNotMatch(await answer.text(), /glpat-|password/);
  }
});

test('SIGTERM ends cleanly within ten seconds and the data is there again', async () => {
  const { id } = await instance.api('POST', '/projects', { name: 'kept' });
  const start = Date.now();
  const exit = await instance.coordinator.stop('SIGTERM');
  assert.deepEqual(exit, { code: 0, signal: null });
  assert.ok(Date.now() - start < 10_000);
  await instance.start();
  assert.equal((await instance.api('GET', '/projects/root%2Fkept')).id, id);
});

test('a log that nobody reads stops nothing', async () => {
  const quiet = await Instance.create();
  try {
    await quiet.coordinator.stop();
    await quiet.start(['--verbose']);
    for (const stream of [quiet.coordinator.child.stdout, quiet.coordinator.child.stderr]) stream.pause();
    // Each call is a line of the access log: far more than a pipe (64 KB) holds.
    for (let i = 0; i < 2000; ++i) await quiet.api('GET', `/version?padding=${'x'.repeat(100)}`);
  } finally {
    for (const stream of [quiet.coordinator.child.stdout, quiet.coordinator.child.stderr]) stream.resume();
    await quiet.destroy();
  }
});

test('a job of a runner started by root is not root and reads no token', { skip: process.getuid() !== 0 }, async () => {
  const runner = await instance.startRunner('guarded', { flags: ['--user', 'nobody'] });
  const project = await instance.project('guarded-jobs', { '.gitlab-ci.yml': `
variables: { GIT_STRATEGY: none }
look:
  script:
    - id -un
    - cat ${join(instance.folder, 'guarded', 'config.toml')} || echo no config
    - cat /proc/${runner.pid}/environ || echo no environment
    - ls /proc/${runner.pid}/fd || echo no descriptors
` });
  await instance.push(project);
  const job = await instance.job(project, await instance.pipeline(project, 'success'), 'look');
  const log = await instance.api('GET', `/projects/${project.id}/jobs/${job.id}/trace`);
  assert.match(log, /^nobody$/m);
  for (const refused of ['no config', 'no environment', 'no descriptors']) assert.match(log, new RegExp(`^${refused}$`, 'm'));
  assert.doesNotMatch(log, /token *= *"/);
  await runner.stop();
});

test('its own log holds no secret', () => {
  assert.doesNotMatch(instance.coordinator.output, /glpat-e2e|e2e-registration-token|a long enough password/);
});
