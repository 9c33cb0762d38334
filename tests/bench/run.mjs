// SPDX-License-Identifier: MIT
// Runs the benchmarks and prints a table: what, ours, floor or peer, aim. Nothing here passes or
// fails: wall times swing with the machine, ratios within one run are what counts.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Instance } from '../e2e/lib/instance.mjs';
import { artifact } from './artifact.mjs';
import { crowd, flood } from './crowd.mjs';
import { jobs } from './jobs.mjs';
import { latency } from './latency.mjs';
import { lives, polls } from './load.mjs';
import { row, cpuSeconds, memoryMb } from './measure.mjs';

async function start() {
  const times = [];
  for (let i = 0; i < 5; ++i) {
    const before = performance.now();
    const instance = await Instance.create();
    times.push(performance.now() - before);
    await instance.destroy();
  }
  row('start with an empty directory', `${Math.min(...times).toFixed(0)} ms`, '', '< 200 ms');

  const instance = await Instance.create();
  const runner = await instance.startRunner();
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const before = [cpuSeconds(instance.coordinator.pid), cpuSeconds(runner.pid)];
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  row('idle memory, coordinator', `${memoryMb(instance.coordinator.pid).toFixed(1)} MB`, '', '< 40 MB');
  row('idle memory, runner', `${memoryMb(runner.pid).toFixed(1)} MB`, '', '< 20 MB');
  row('idle CPU, coordinator', `${((cpuSeconds(instance.coordinator.pid) - before[0]) * 10).toFixed(2)} %`, '', '~ 0');
  row('idle CPU, runner', `${((cpuSeconds(runner.pid) - before[1]) * 10).toFixed(2)} %`, '', '~ 0');
  await instance.destroy();
}

function terminal() {
  process.stdout.write(execFileSync(join(process.env.CAPSTAN_BIN, 'bench_terminal'), { encoding: 'utf8' }));
}

const parts = { start, jobs, latency, lives, polls, terminal, crowd, flood, artifact };
const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(parts)) {
  console.log(`\n-- ${name}`);
  await parts[name]();
}
