// SPDX-License-Identifier: MIT
// Real jobs through the real runner, beside a bare fork of the same command.
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Instance } from '../e2e/lib/instance.mjs';
import { cpuSeconds, percentile, row } from './measure.mjs';

const Jobs = 500;
const AtOnce = 8;
const Rounds = 3;

const config = (folder) => `
variables: { GIT_STRATEGY: none }
stages: [one, many]
one:
  stage: one
  script: ["date +%s.%N >${folder}/one"]
many:
  stage: many
  when: manual
  script: ["date +%s.%N >${folder}/many"]
`;

const burst = `
variables: { GIT_STRATEGY: none }
${[1, 2, 3, 4, 5].map((n) => `job${n}:
  parallel: ${Jobs / 5}
  script: ["date +%s.%N >/dev/null"]
`).join('')}`;

async function startTimes(instance, folder) {
  const project = await instance.project('start', { '.gitlab-ci.yml': config(folder) });
  await instance.push(project);
  const pipeline = await instance.pipeline(project, 'success');
  let job = await instance.job(project, pipeline, 'one');
  const times = [];
  for (let i = 0; i < 100; ++i) {
    job = await instance.api('POST', `/projects/${project.id}/jobs/${job.id}/retry`);
    job = await instance.until(`/projects/${project.id}/jobs/${job.id}`, (body) => body.status === 'success');
    const ready = Date.parse(job.created_at); // Pending from the moment it was made.
    times.push(Number(await readFile(join(folder, 'one'), 'utf8')) * 1000 - ready);
  }
  return times;
}

/** All jobs of one new pipeline: how many a second, and what they cost the coordinator. */
async function rate(instance, project) {
  const before = cpuSeconds(instance.coordinator.pid);
  const { id } = await instance.api('POST', `/projects/${project.id}/pipeline`, { ref: 'main' });
  // Seldom: our questions must not be what is measured.
  const done = await instance.until(
    `/projects/${project.id}/pipelines/${id}`, (body) => body.status === 'success', 300_000, 500);
  const seconds = (Date.parse(done.finished_at) - Date.parse(done.created_at)) / 1000;
  return { perSecond: Jobs / seconds, cpu: cpuSeconds(instance.coordinator.pid) - before };
}

function forkFloor(folder) {
  return JSON.parse(execFileSync(
    join(process.env.CAPSTAN_BIN, 'bench_forkfloor'), [folder, String(Jobs), String(AtOnce)]));
}

const medianOf = (values) => percentile(values, 0.5);

async function showStarts(instance, folder) {
  const floor = forkFloor(folder);
  const times = await startTimes(instance, folder);
  row('job ready to first command, added median', `${(medianOf(times) - floor.p50_ms).toFixed(1)} ms`,
    `floor ${floor.p50_ms} ms`, '< 20 ms');
  row('the same, 95th percentile', `${(percentile(times, 0.95) - floor.p95_ms).toFixed(1)} ms`,
    `floor ${floor.p95_ms} ms`, '< 40 ms');
}

/** In turn, since the machine's pace changes from minute to minute. */
async function showRates(instance, folder) {
  const project = await instance.project('burst', { '.gitlab-ci.yml': burst });
  await instance.push(project, 'Jobs', '-o', 'ci.skip');
  const rounds = [];
  for (let round = 0; round < Rounds; ++round) {
    const floor = forkFloor(folder).per_second;
    rounds.push({ floor, ...(await rate(instance, project)) });
  }
  const share = rounds.map(({ perSecond, floor }) => (perSecond / floor) * 100);
  row(`${Jobs} jobs, ${AtOnce} at once, median of ${Rounds}`,
    `${medianOf(rounds.map(({ perSecond }) => perSecond)).toFixed(1)} /s`,
    `floor ${medianOf(rounds.map(({ floor }) => floor)).toFixed(1)} /s`,
    `> 60 % (${share.map((each) => each.toFixed(0)).join(', ')} %)`);
  const cpu = medianOf(rounds.map((round) => round.cpu));
  row('coordinator CPU per 1,000 jobs', `${((cpu * 1000) / Jobs).toFixed(2)} s`, 'laminar 22 s', '< 5 s');
}

export async function jobs() {
  const instance = await Instance.create();
  try {
    const folder = join(instance.folder, 'stamps');
    await mkdir(folder);
    await chmod(folder, 0o777);
    await instance.startRunner('runner', { concurrent: AtOnce });
    await showStarts(instance, folder);
    await showRates(instance, folder);
  } finally {
    await instance.destroy();
  }
}
