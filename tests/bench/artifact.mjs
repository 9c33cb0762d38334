// SPDX-License-Identifier: MIT
// One gigabyte up and down, beside socat writing the same bytes from a socket to a file: in turns, each
// from a file system with nothing left to write. The order changes from round to round, since a disk
// that has just taken a gigabyte takes the next one more slowly.
import { execFileSync, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { Instance } from '../e2e/lib/instance.mjs';
import { memoryMb, percentile, row } from './measure.mjs';

const orders = [[0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1], [1, 2, 0], [0, 2, 1]];
const rounds = orders.length;
const config = `
hold:
  parallel: ${rounds + 1}
  variables: { GIT_STRATEGY: none }
  script: ["true"]
`;

async function seconds(work) {
  execFileSync('sync');
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

const nowhere = '/dev/null';

function store(target) {
  if (target !== nowhere) execFileSync('sync', ['-d', target]);
}

async function socat(target, source) {
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const listener = spawn('socat', ['-u', '-b', '65536', `TCP-LISTEN:${port},reuseaddr`,
    `OPEN:${target},creat,wronly`]);
  await new Promise((resolve) => setTimeout(resolve, 300)); // Until it listens.
  return seconds(async () => {
    const sender = spawn('socat', ['-u', '-b', '65536', `OPEN:${source},rdonly`, `TCP:127.0.0.1:${port}`]);
    await Promise.all([once(listener, 'close'), once(sender, 'close')]);
    store(target);
  });
}

function upload(url, token, source) {
  return seconds(() => execFileSync('curl', ['-fsS', '-H', `JOB-TOKEN: ${token}`, '-H', 'Transfer-Encoding: chunked',
    '-F', `file=@${source};filename=artifacts.zip`, `${url}?artifact_type=archive&artifact_format=zip`]));
}

function download(url, token, target) {
  return seconds(() => {
    execFileSync('curl', ['-fsS', '-H', `JOB-TOKEN: ${token}`, '-o', target, url]);
    store(target);
  });
}

function compare(what, ours, peer) {
  const [own, other] = [percentile(ours, 0.5), percentile(peer, 0.5)];
  row(what, `${own.toFixed(2)} s`, `socat ${other.toFixed(2)} s`,
    `at most 1.5 times (${(own / other).toFixed(2)}; ${Math.min(...ours).toFixed(2)}-${Math.max(...ours).toFixed(2)} s, `
    + `socat ${Math.min(...peer).toFixed(2)}-${Math.max(...peer).toFixed(2)} s)`);
}

export async function artifact() {
  const instance = await Instance.create();
  try {
    const source = join(instance.folder, 'gigabyte');
    const target = join(instance.folder, 'copy');
    execFileSync('dd', ['if=/dev/urandom', `of=${source}`, 'bs=1M', 'count=1024', 'status=none']);
    const project = await instance.project('artifact', { '.gitlab-ci.yml': config });
    const { token } = await instance.api('POST', '/user/runners', { runner_type: 'instance_type', run_untagged: true });
    await instance.push(project);
    await instance.pipeline(project, 'pending');
    const before = memoryMb(instance.coordinator.pid, 'VmHWM');
    const takeJob = async () => {
      const job = await instance.api('POST', '/jobs/request', { token, info: { features: {} } });
      return { url: `${instance.url}/api/v4/jobs/${job.id}/artifacts`, token: job.token };
    };
    const first = await takeJob();
    await upload(first.url, first.token, source);
    const [peer, up, down] = [[], [], []];
    const turns = [
      async () => peer.push(await socat(target, source)),
      async () => {
        const job = await takeJob();
        up.push(await upload(job.url, job.token, source));
      },
      async () => down.push(await download(first.url, first.token, target)),
    ];
    for (const order of orders) {
      for (const turn of order) {
        await turns[turn]();
        await rm(target, { force: true });
      }
    }
    await download(first.url, first.token, target);
    execFileSync('cmp', [source, target]);
    const [peerAlone, downAlone] = [[], []];
    for (let round = 0; round < rounds; ++round) {
      peerAlone.push(await socat(nowhere, source));
      downAlone.push(await download(first.url, first.token, nowhere));
    }
    compare('1 GB artifact up, median of 6', up, peer);
    compare('1 GB artifact down, median of 6', down, peer);
    compare('the same to /dev/null', downAlone, peerAlone);
    row('the same: added peak memory', `${(memoryMb(instance.coordinator.pid, 'VmHWM') - before).toFixed(1)} MB`, '', 'flat');
  } finally {
    await instance.destroy();
  }
}
