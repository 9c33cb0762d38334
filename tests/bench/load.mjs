// SPDX-License-Identifier: MIT
// Simulated runners: short lives, and thousands of held polls.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Instance } from '../e2e/lib/instance.mjs';
import { cpuSeconds, memoryMb, row } from './measure.mjs';

const Lives = 4000;
const Runners = 64;
const Polls = 5000;

const bin = (name) => join(process.env.CAPSTAN_BIN, name);

async function runnerToken(instance) {
  const made = await instance.api('POST', '/user/runners', {
    runner_type: 'instance_type', description: 'load', run_untagged: true });
  return made.token;
}

// 1,000 jobs a pipeline: five of 200, the most that `parallel` takes.
const config = `
variables: { GIT_STRATEGY: none }
${[1, 2, 3, 4, 5].map((n) => `job${n}: { parallel: 200, script: ["true"] }`).join('\n')}
`;

export async function lives() {
  const instance = await Instance.create();
  try {
    const project = await instance.project('lives', { '.gitlab-ci.yml': config });
    await instance.push(project);
    await instance.pipeline(project);
    for (let made = 1000; made < Lives; made += 1000) {
      await instance.api('POST', `/projects/${project.id}/pipeline`, { ref: 'main' });
    }
    const token = await runnerToken(instance);
    const before = cpuSeconds(instance.coordinator.pid);
    // Not execFileSync: the coordinator's log comes to us, and somebody has to read it.
    const { stdout } = await promisify(execFile)(
      bin('bench_lives'), ['127.0.0.1', String(instance.port), token, String(Lives), String(Runners)]);
    const result = JSON.parse(stdout);
    const cpu = cpuSeconds(instance.coordinator.pid) - before;
    row(`job lives with ${Runners} simulated runners`, `${result.per_second} /s`, '', '> 1,000 /s');
    row('the same: one life, median and p95', `${result.p50_ms} / ${result.p95_ms} ms`, '', '');
    row('the same: coordinator CPU per 1,000', `${((cpu * 1000) / Lives).toFixed(2)} s`, '', '< 5 s');
  } finally {
    await instance.destroy();
  }
}

/** What start-up borrowed (hashing the first password takes 64 MB) has been given back. */
async function settledMemoryMb(pid) {
  let last = Infinity;
  for (;;) {
    const now = memoryMb(pid);
    if (now >= last) {
      return now;
    }
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

export async function polls() {
  const instance = await Instance.create();
  try {
    const token = await runnerToken(instance);
    const before = await settledMemoryMb(instance.coordinator.pid);
    const load = spawn(bin('bench_longpolls'), ['127.0.0.1', String(instance.port), token, String(Polls)],
      { stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = await once(load.stdout.setEncoding('utf8'), 'data');
    const result = JSON.parse(line.replace(/^held /, ''));
    const cpu = cpuSeconds(instance.coordinator.pid);
    await new Promise((resolve) => setTimeout(resolve, 5000));
    row(`${Polls} held polls, added memory`, `${(memoryMb(instance.coordinator.pid) - before).toFixed(1)} MB`, '', '< 60 MB');
    row('the same: idle CPU', `${((cpuSeconds(instance.coordinator.pid) - cpu) * 20).toFixed(2)} %`, '', '< 1 %');
    row('the same: a GET beside them', `${result.get_beside_us} us`, `alone ${result.get_alone_us} us`, 'at most twice');
    load.stdin.end('\n');
    await once(load, 'close');
  } finally {
    await instance.destroy();
  }
}
