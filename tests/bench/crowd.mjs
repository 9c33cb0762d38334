// SPDX-License-Identifier: MIT
// Terminals through the real programs: beside 500 running jobs, and with a flood that nobody reads.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Instance, root } from '../e2e/lib/instance.mjs';
import { WebSocketClient } from '../e2e/lib/websocket.mjs';
import { memoryMb, row } from './measure.mjs';

const Crowd = 500;
const FloodSeconds = 60;

const config = `
variables: { GIT_STRATEGY: none }
debug: { script: ["sleep 600"] }
`;

const crowdConfig = `
variables: { GIT_STRATEGY: none }
${Array.from({ length: Crowd / 100 }, (_, i) => `crowd${i}: { parallel: 100, script: ["sleep 600"] }`).join('\n')}
`;

async function debugJob(instance) {
  await instance.startRunner('runner', { concurrent: Crowd + 8 });
  const project = await instance.project('debug', { '.gitlab-ci.yml': config });
  await instance.push(project);
  const job = await instance.job(project, await instance.pipeline(project, 'running'), 'debug');
  await instance.until(`/projects/${project.id}/jobs/${job.id}/trace`, (text) => text.includes('sleep 600'));
  return `/api/v4/projects/${project.id}/jobs/${job.id}/terminal`;
}

async function echo(instance, path, what) {
  const { stdout } = await promisify(execFile)(
    join(process.env.CAPSTAN_BIN, 'bench_realecho'), [String(instance.port), path, root.token]);
  const result = JSON.parse(stdout);
  row(what, `${result.median_us} us`, `bare pty ${result.bare_median_us} us`,
    `at most 4 times (${(result.median_us / result.bare_median_us).toFixed(1)})`);
  row('the same, 99th percentile', `${result.p99_us} us`, `bare pty ${result.bare_p99_us} us`, '< 1000 us when quiet');
}

export async function crowd() {
  const instance = await Instance.create();
  try {
    const path = await debugJob(instance);
    await echo(instance, path, 'echo through the real programs');
    const project = await instance.project('crowd', { '.gitlab-ci.yml': crowdConfig });
    await instance.push(project);
    const pipeline = await instance.pipeline(project);
    await instance.until(`/projects/${project.id}/pipelines/${pipeline.id}/jobs?scope=pending&per_page=1`,
      (list) => list.length === 0, 300_000, 1000);
    await echo(instance, path, `echo beside ${Crowd} running jobs`);
    row('memory with them: coordinator, runner',
      `${memoryMb(instance.coordinator.pid).toFixed(0)}, ${memoryMb(instance.runner.pid).toFixed(0)} MB`, '', '');
  } finally {
    await instance.destroy();
  }
}

export async function flood() {
  const instance = await Instance.create();
  try {
    const path = await debugJob(instance);
    const stalled = await WebSocketClient.open(instance.url + path,
      { headers: { 'PRIVATE-TOKEN': root.token }, protocols: ['capstan.terminal.v1'] });
    stalled.json({ type: 'hello', columns: 80, rows: 24, credit: 64 << 10 });
    await stalled.until((t) => t.messages.some((m) => m.type === 'session'), 'the session');
    const before = memoryMb(instance.coordinator.pid) + memoryMb(instance.runner.pid);
    stalled.send(Buffer.from('yes\n'));
    await stalled.until((t) => t.outputBytes > 32 << 10, 'the flood');
    stalled.pause();
    let most = 0;
    for (let second = 0; second < FloodSeconds; ++second) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      most = Math.max(most, memoryMb(instance.coordinator.pid) + memoryMb(instance.runner.pid) - before);
    }
    row(`${FloodSeconds} s of \`yes\` that nobody reads, added`, `${(most * 1024).toFixed(0)} KB`, '', '< 1000 KB');
    await echo(instance, path, 'echo beside it');
    stalled.destroy();
  } finally {
    await instance.destroy();
  }
}
