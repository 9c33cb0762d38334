// SPDX-License-Identifier: MIT
// The whole of it over TLS, with a certificate of an authority that only we know.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { get } from 'node:https';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Instance, root } from './lib/instance.mjs';
import { run } from './lib/process.mjs';
import { WebSocketClient } from './lib/websocket.mjs';

const config = `
make: { stage: build, script: ["echo made > out"], artifacts: { paths: [out] } }
long:
  stage: test
  script: ["cat out", "until test -e stop; do sleep 0.1; done"]
`;

let instance;
let ca;
let project;

async function makeCertificate(folder) {
  await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
    '-days', '2', '-subj', '/CN=capstan', '-addext', 'subjectAltName=IP:127.0.0.1',
    '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')], { cwd: folder });
  return ['--tls-certificate', join(folder, 'cert.pem'), '--tls-key', join(folder, 'key.pem')];
}

before(async () => {
  instance = await Instance.create({ serve: makeCertificate });
  ca = await readFile(join(instance.folder, 'cert.pem'));
  // For the harness's own calls, which cannot be given an authority; the tests below check it.
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  await instance.startRunner('runner', { register: ['--tls-ca-file', join(instance.folder, 'cert.pem')] });
  project = await instance.project('tls', { '.gitlab-ci.yml': config });
  await instance.git(project.folder, 'config', 'http.sslCAInfo', join(instance.folder, 'cert.pem'));
});
after(() => instance.destroy());

test('the page comes over TLS, and its cookie is for TLS only', async () => {
  const answer = await new Promise((resolve, reject) => {
    get(`${instance.url}/`, { ca, rejectUnauthorized: true }, resolve).on('error', reject);
  });
  assert.equal(answer.statusCode, 200);
  answer.resume();
  const signedIn = await fetch(`${instance.url}/api/v4/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: instance.url },
    body: JSON.stringify({ login: root.login, password: root.password }),
  });
  assert.equal(signedIn.status, 201, await signedIn.text());
  assert.match(signedIn.headers.get('set-cookie') ?? '', /; *Secure/i);
});

test('push, sources, artifacts and a terminal', async () => {
  await instance.push(project);
  const pipeline = await instance.pipeline(project, 'running');
  const job = await instance.job(project, pipeline, 'long');
  await instance.until(`/projects/${project.id}/jobs/${job.id}/trace`, (text) => /^made$/m.test(text));
  const terminal = await WebSocketClient.open(
    `${instance.url}/api/v4/projects/${project.id}/jobs/${job.id}/terminal`,
    { headers: { 'PRIVATE-TOKEN': root.token }, protocols: ['capstan.terminal.v1'], ca });
  terminal.json({ type: 'hello', columns: 100, rows: 30, credit: 1 << 20 });
  await terminal.until((t) => t.messages.find((m) => m.type === 'session'), 'the session');
  terminal.send(Buffer.from('head -c 3000000 /dev/zero | tr "\\\\0" x | fold -w 99; echo over-$((40 + 2))\n'));
  terminal.json({ type: 'credit', bytes: 8 << 20 });
  await terminal.until((t) => t.output.includes('over-42'), 'three megabytes and the end');
  terminal.send(Buffer.from('touch stop && echo stopped-$((40 + 2))\n'));
  await terminal.until((t) => t.output.includes('stopped-42'), 'the script told to stop');
  terminal.json({ type: 'close' });
  await instance.pipeline(project, 'success');
});
