// SPDX-License-Identifier: MIT
// What a person waits for: a push becomes a pending job, a line of the script the line in the live
// log, a cancel the end of the job's processes.
import { existsSync } from 'node:fs';
import { Instance, root } from '../e2e/lib/instance.mjs';
import { WebSocketClient } from '../e2e/lib/websocket.mjs';
import { percentile, row } from './measure.mjs';

const Pushes = 10;
const Lines = 40;
const Cancels = 8;

const waiting = 'nobody: { tags: [no-such-runner], script: ["true"] }\n';
const speaking = `
variables: { GIT_STRATEGY: none }
speaker: { script: ['for i in $(seq ${Lines}); do sleep 0.3; echo "at $(date +%s%N)"; done'] }
`;
const sleeping = `
variables: { GIT_STRATEGY: none }
sleeper: { parallel: ${Cancels}, script: ['sleep 600 & echo "pid $!."; wait'] }
`;

async function openLive(instance) {
  const answer = await instance.call('POST', '/session', { login: root.login, password: root.password },
    { 'PRIVATE-TOKEN': '', Origin: instance.url });
  const cookie = answer.headers.get('set-cookie').split(';')[0];
  return WebSocketClient.open(`${instance.url}/-/live`,
    { headers: { Cookie: cookie, Origin: instance.url }, protocols: ['capstan.live.v1'] });
}

/** Calls `take` with each message and the moment it came, in milliseconds of the clock. */
function listen(live, take) {
  let seen = 0;
  live.waiters.add(() => {
    for (; seen < live.frames.length; ++seen) {
      if (live.frames[seen].opcode === 1) take(JSON.parse(live.frames[seen].payload), Date.now());
    }
  });
}

function print(what, times, aim) {
  row(what, `${percentile(times, 0.5).toFixed(0)} ms`, `${times.length} times`,
    `${aim} (slowest ${Math.max(...times).toFixed(0)})`);
}

async function pushes(instance) {
  const project = await instance.project('pushes', { '.gitlab-ci.yml': waiting });
  const live = await openLive(instance);
  live.json({ type: 'subscribe', topic: `project:${project.id}` });
  let pending;
  listen(live, (message, at) => {
    if (message.entity === 'pipeline' && message.data.status === 'pending') pending?.(at);
  });
  const times = [];
  for (let i = 0; i < Pushes; ++i) {
    const told = new Promise((resolve) => { pending = resolve; });
    await instance.push(project, `change ${i}`);
    const accepted = Date.now();
    times.push(Math.max(0, (await told) - accepted));
  }
  live.destroy();
  print('push accepted to job pending', times, '< 150 ms');
}

async function lines(instance) {
  const project = await instance.project('speaker', { '.gitlab-ci.yml': speaking });
  await instance.push(project);
  const job = await instance.job(project, await instance.pipeline(project, 'running'), 'speaker');
  const live = await openLive(instance);
  const times = [];
  await new Promise((resolve) => {
    listen(live, (message, at) => {
      if (message.type === 'trace_end') resolve();
      if (message.type !== 'trace') return;
      const text = Buffer.from(message.data, 'base64').toString();
      const stamps = [...text.matchAll(/^at (\d{19})\s/gm)];
      // The log so far comes at once: only its newest lines were seen live.
      if (stamps.length <= 2) times.push(...stamps.map(([, stamp]) => at - Number(stamp) / 1e6));
    });
    live.json({ type: 'trace', job: job.id, offset: 0 });
  });
  live.destroy();
  print("script's line to the live log", times, '< 250 ms');
}

async function cancels(instance) {
  const project = await instance.project('sleeper', { '.gitlab-ci.yml': sleeping });
  await instance.push(project);
  const pipeline = await instance.pipeline(project, 'running');
  const jobs = await instance.api('GET', `/projects/${project.id}/pipelines/${pipeline.id}/jobs`);
  const times = [];
  for (const job of jobs) {
    const path = `/projects/${project.id}/jobs/${job.id}`;
    const log = await instance.until(`${path}/trace`, (text) => /^pid \d+\./m.test(text));
    const process = `/proc/${/^pid (\d+)\./m.exec(log)[1]}`;
    const asked = performance.now();
    await instance.api('POST', `${path}/cancel`);
    while (existsSync(process)) await new Promise((resolve) => setTimeout(resolve, 1));
    times.push(performance.now() - asked);
  }
  print('cancel to processes gone', times, '< 1000 ms');
}

export async function latency() {
  const instance = await Instance.create();
  try {
    await instance.startRunner('runner', { concurrent: Cancels });
    await pushes(instance);
    await lines(instance);
    await cancels(instance);
  } finally {
    await instance.destroy();
  }
}
