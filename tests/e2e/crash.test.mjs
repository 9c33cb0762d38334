// SPDX-License-Identifier: MIT
// kill -9 in the middle: nothing acknowledged is lost, no job runs twice, none hangs for ever.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Instance } from './lib/instance.mjs';

let instance;
before(async () => { instance = await Instance.create(); });
after(() => instance.destroy());

// A job that says when it runs, counts its runs outside, and ends when it is told to.
const steps = (folder) => ({
  '.gitlab-ci.yml': `
work:
  script:
    - echo run >> ${folder}/runs
    - echo first words
    - until test -e ${folder}/go; do sleep 0.1; done
    - echo last words
after:
  stage: deploy
  script: [echo done]
`,
});

async function fresh(name) {
  const scratch = join(instance.folder, `scratch-${name}`);
  const project = await instance.project(name, steps(scratch));
  const { mkdir, chmod } = await import('node:fs/promises');
  await mkdir(scratch);
  await chmod(scratch, 0o777);
  return { project, scratch };
}

test('a coordinator killed while a job runs loses nothing and runs nothing twice', async () => {
  await instance.startRunner();
  const { project, scratch } = await fresh('coordinator-killed');
  await instance.push(project);
  const pipeline = await instance.pipeline(project, 'running');
  const job = await instance.job(project, pipeline, 'work');
  await instance.until(`/projects/${project.id}/jobs/${job.id}/trace`, (text) => text.includes('first words'));

  await instance.coordinator.stop('SIGKILL');
  await writeFile(join(scratch, 'go'), ''); // The script ends while nobody listens.
  await instance.start();

  await instance.pipeline(project, 'success', 90_000);
  const log = await instance.trace(project, job);
  assert.match(log, /first words[\s\S]*last words/);
  assert.equal(log.match(/^first words/gm).length, 1);
  assert.equal(await readFile(join(scratch, 'runs'), 'utf8'), 'run\n');
});

test('a coordinator killed right after a push still makes its pipeline', async () => {
  const { project, scratch } = await fresh('push-killed');
  await writeFile(join(scratch, 'go'), '');
  await instance.push(project);
  await instance.coordinator.stop('SIGKILL');
  await instance.start();
  await instance.pipeline(project, 'success', 60_000);
  const pipelines = await instance.api('GET', `/projects/${project.id}/pipelines`);
  assert.equal(pipelines.length, 1);
});

test('a runner killed in the middle leaves no process, and its job fails with the reason', async () => {
  const { project, scratch } = await fresh('runner-killed');
  await instance.push(project);
  const pipeline = await instance.pipeline(project, 'running');
  const job = await instance.job(project, pipeline, 'work');
  await instance.until(`/projects/${project.id}/jobs/${job.id}/trace`, (text) => text.includes('first words'));

  await instance.runner.stop('SIGKILL');
  // Its script would otherwise go on and write again.
  const { execFileSync } = await import('node:child_process');
  const alive = () => {
    try {
      return execFileSync('pgrep', ['-f', `${scratch}/go`]).toString().trim();
    } catch {
      return '';
    }
  };
  const deadline = Date.now() + 5_000;
  while (alive() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(alive(), '');

  const lost = await instance.until(
    `/projects/${project.id}/jobs/${job.id}`, (body) => body.status === 'failed', 150_000);
  assert.equal(lost.failure_reason, 'runner_system_failure');
  assert.equal(await readFile(join(scratch, 'runs'), 'utf8'), 'run\n');
});

test('a runner started again takes new work', async () => {
  await instance.startRunner('runner', { registered: true });
  const { project, scratch } = await fresh('runner-again');
  await writeFile(join(scratch, 'go'), '');
  await instance.push(project);
  await instance.pipeline(project, 'success', 60_000);
});
