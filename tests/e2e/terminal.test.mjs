// SPDX-License-Identifier: MIT
// Terminals through all programs: browser-side socket, coordinator, runner, pty, shell.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Instance, root } from './lib/instance.mjs';
import { WebSocketClient } from './lib/websocket.mjs';

const config = `
long:
  variables: { COLOUR: teal }
  script:
    - echo started
    - until test -e stop; do sleep 0.1; done
`;

let instance;
let project;
before(async () => {
  instance = await Instance.create();
  await instance.startRunner('runner', { sessionTimeout: 60, concurrent: 8 });
  project = await instance.project('term', { '.gitlab-ci.yml': config });
});
after(() => instance.destroy());

async function runningJob() {
  await instance.push(project, `change ${Math.random()}`);
  const pipeline = await instance.pipeline(project, 'running');
  const job = await instance.job(project, pipeline, 'long');
  await instance.until(`/projects/${project.id}/jobs/${job.id}/trace`, (text) => text.includes('started'));
  return job;
}

const address = (job, query = '') =>
  `${instance.url}/api/v4/projects/${project.id}/jobs/${job.id}/terminal${query}`;
const withToken = { headers: { 'PRIVATE-TOKEN': root.token }, protocols: ['capstan.terminal.v1'] };

async function open(job, query) {
  const terminal = await WebSocketClient.open(address(job, query), withToken);
  terminal.json({ type: 'hello', columns: 100, rows: 30, credit: 1 << 20 });
  const session = await terminal.until(
    (t) => t.messages.find((m) => m.type === 'session'), 'the session');
  return { terminal, session };
}

const status = (job) => instance.api('GET', `/projects/${project.id}/jobs/${job.id}`);
const ended = (job, word) =>
  instance.until(`/projects/${project.id}/jobs/${job.id}`, (body) => body.status === word);

test('a shell in the job: its directory, its variables, the size asked for', async () => {
  const job = await runningJob();
  const { terminal } = await open(job);
  terminal.send(Buffer.from('echo "<$COLOUR-$CI_JOB_ID>"; basename "$PWD"; stty size\n'));
  await terminal.until((t) => t.output.includes(`<teal-${job.id}>`), 'the job\'s variables');
  await terminal.until((t) => /\bterm\r?\n/.test(t.output), 'the project directory');
  await terminal.until((t) => t.output.includes('30 100'), 'the size');
  terminal.json({ type: 'resize', columns: 77, rows: 21 });
  terminal.send(Buffer.from('stty size\n'));
  await terminal.until((t) => t.output.includes('21 77'), 'the new size');
  terminal.send(Buffer.from('touch stop\n'));
  await terminal.until((t) => t.messages.some((m) => m.state === 'held'), 'held');
  const held = await status(job);
  assert.equal(held.status, 'running');
  assert.equal(held.hold.reason, 'terminal');
  assert.ok(Date.parse(held.hold.until) > Date.now());
  terminal.json({ type: 'close' });
  await terminal.until((t) => t.messages.some((m) => m.state === 'ended'), 'the end');
  assert.equal((await ended(job, 'success')).hold, null);
});

test('a lost socket comes back to the same shell and misses nothing', async () => {
  const job = await runningJob();
  const { terminal, session } = await open(job);
  terminal.send(Buffer.from('mine=$$; echo "[$mine]"\n'));
  const [, pid] = await terminal.until((t) => /\[(\d+)\]/.exec(t.output), 'the shell\'s pid');
  const seen = session.offset + terminal.outputBytes;
  terminal.send(Buffer.from('sleep 0.3; echo "while away"\n'));
  terminal.destroy();

  const again = await open(job, `?session=${session.id}&offset=${seen}`);
  assert.equal(again.session.id, session.id);
  assert.equal(again.session.offset, seen);
  assert.equal(again.session.gap, false);
  await again.terminal.until((t) => /[\r\n]while away/.test(t.output), 'what came meanwhile');
  again.terminal.send(Buffer.from('echo "again [$mine]"\n'));
  await again.terminal.until((t) => t.output.includes(`again [${pid}]`), 'the same shell');
  again.terminal.json({ type: 'close' });
  await instance.api('POST', `/projects/${project.id}/jobs/${job.id}/cancel`);
  await ended(job, 'canceled');
});

test('disconnecting ends every process of the shell, also those that hide', async () => {
  const job = await runningJob();
  const { terminal } = await open(job);
  const mark = `987${job.id}`;
  terminal.send(Buffer.from(`setsid nohup sleep ${mark} >/dev/null 2>&1 & (sleep ${mark} &) ; echo sent\n`));
  await terminal.until((t) => /[\r\n]sent/.test(t.output), 'the commands');
  terminal.json({ type: 'close' });
  await terminal.until((t) => t.messages.some((m) => m.state === 'ended'), 'the end');
  const { execFileSync } = await import('node:child_process');
  const deadline = Date.now() + 5000;
  const alive = () => {
    try {
      return execFileSync('pgrep', ['-f', `^sleep ${mark}`]).toString();
    } catch {
      return '';
    }
  };
  while (alive() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(alive(), '');
  assert.equal((await status(job)).status, 'running'); // The job itself goes on.
  await instance.api('POST', `/projects/${project.id}/jobs/${job.id}/cancel`);
  await ended(job, 'canceled');
});

test('a cancel ends the terminal with the reason and leaves no process', async () => {
  const job = await runningJob();
  const { terminal } = await open(job);
  const start = Date.now();
  await instance.api('POST', `/projects/${project.id}/jobs/${job.id}/cancel`);
  const end = await terminal.until((t) => t.messages.find((m) => m.state === 'ended'), 'the end');
  // The runner may be the first to tell: then the shell is simply gone.
  assert.match(end.reason, /job canceled|shell exited/);
  await ended(job, 'canceled');
  assert.ok(Date.now() - start < 5000);
});

for (const [protocol, encode, decode] of [
  ['terminal.gitlab.com', (text) => Buffer.from(text), (t) => t.output],
  ['base64.terminal.gitlab.com', (text) => Buffer.from(text).toString('base64'),
    (t) => t.frames.filter((f) => f.opcode === 1).map((f) => Buffer.from(f.payload.toString(), 'base64').toString()).join('')],
]) {
  test(`speaks ${protocol}`, async () => {
    const job = await runningJob();
    const terminal = await WebSocketClient.open(address(job), {
      headers: { 'PRIVATE-TOKEN': root.token }, protocols: [protocol] });
    assert.equal(terminal.protocol, protocol);
    terminal.send(encode('echo "it is $COLOUR"\n'));
    await terminal.until((t) => decode(t).includes('it is teal'), 'an answer');
    terminal.destroy();
    await instance.api('POST', `/projects/${project.id}/jobs/${job.id}/cancel`);
    await ended(job, 'canceled');
  });
}

test('what must be refused is refused before the 101', async () => {
  const job = await runningJob();
  const refused = (options, url = address(job)) =>
    WebSocketClient.open(url, { protocols: ['capstan.terminal.v1'], ...options })
      .then((terminal) => { terminal.destroy(); return 101; }, (error) => error.status);

  const login = await fetch(`${instance.url}/api/v4/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ login: root.login, password: root.password }),
  });
  assert.equal(login.status, 201);
  const cookie = login.headers.get('set-cookie').split(';')[0];

  assert.equal(await refused({}), 401);
  assert.equal(await refused({ headers: { 'PRIVATE-TOKEN': 'glpat-wrong' } }), 401);
  assert.equal(await refused({ headers: { Cookie: cookie, Origin: 'http://evil.example' } }), 403);
  assert.equal(await refused({ headers: { Cookie: cookie, Origin: `${instance.url}.evil.example` } }), 403);
  assert.equal(await refused({ headers: { Cookie: cookie, Origin: 'null' } }), 403);
  assert.equal(await refused({ headers: { Cookie: cookie } }), 403);
  assert.equal(await refused({ headers: { Cookie: cookie, Origin: instance.url } }), 101);
  assert.equal(await refused({ headers: { 'PRIVATE-TOKEN': root.token } }, address({ id: 999_999 })), 404);
  assert.equal(await refused({}, `${address(job)}?private_token=${root.token}`), 401);

  await instance.api('POST', `/projects/${project.id}/jobs/${job.id}/cancel`);
  await ended(job, 'canceled');
  assert.equal(await refused({ headers: { 'PRIVATE-TOKEN': root.token } }), 409); // It runs no more.
});

test('a viewer that does not read costs nothing and disturbs nobody', async () => {
  const job = await runningJob();
  const stalled = await WebSocketClient.open(address(job), withToken);
  stalled.json({ type: 'hello', columns: 80, rows: 24, credit: 64 << 10 });
  await stalled.until((t) => t.messages.some((m) => m.type === 'session'), 'the session');
  const memory = (pid) =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
  const before = memory(instance.coordinator.pid) + memory(instance.runner.pid);
  stalled.send(Buffer.from('yes\n'));
  await stalled.until((t) => t.outputBytes > 32 << 10, 'the flood');
  stalled.pause();

  const { terminal } = await open(job);
  for (let i = 0; i < 50; ++i) {
    terminal.send(Buffer.from(`echo "n"${i}"."\n`));
    await terminal.until((t) => t.output.includes(`n${i}.`), 'an echo');
  }
  const added = memory(instance.coordinator.pid) + memory(instance.runner.pid) - before;
  assert.ok(added < 8 << 10, `${added} KB more`);
  stalled.destroy();
  terminal.json({ type: 'close' });
  await instance.api('POST', `/projects/${project.id}/jobs/${job.id}/cancel`);
  await ended(job, 'canceled');
});
