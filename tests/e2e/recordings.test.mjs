// SPDX-License-Identifier: MIT
// What a stock GitLab Runner said, word for word as recorded, must get the answers it got.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { Instance, registrationToken } from './lib/instance.mjs';

const folder = new URL('../conformance/recordings/', import.meta.url);

let instance;
before(async () => { instance = await Instance.create(); });
after(() => instance.destroy());

const isJobRequest = (line) => line.kind === 'request' && line.response.status === 201;

/** A pipeline whose jobs are those that the recorded runner was given. */
function configFor(name, jobs) {
  if (name === 'artifacts-and-dependency') {
    return `first: { stage: build, script: ["true"], artifacts: { paths: [out], reports: { dotenv: build.env, junit: junit.xml } } }
second: { stage: test, script: ["true"], dependencies: [first] }\n`;
  }
  return Array.from({ length: jobs }, (_, i) => `job${i}: { script: ["true"] }\n`).join('');
}

/** One recorded conversation, held with Capstan: its ids and tokens in place of the recorded ones. */
class Replay {
  constructor(name, lines) {
    this.name = name;
    this.lines = lines;
    this.given = new Map(); // Recorded token or job id: ours.
    this.logs = new Map(); // Our job's id: what was patched.
    this.finals = new Map();
  }

  async run() {
    await this.prepareRunner();
    await this.prepareJobs();
    for (const line of this.lines) {
      if (line.note) await this.obeyNote(line.note);
      else if (/^(request|patch|update|upload|download|register|verify|unregister)(_refused|_mismatch)?$/.test(line.kind)) await this.say(line);
    }
    await this.checkResults();
  }

  async prepareRunner() {
    const runner = await instance.api('POST', '/user/runners', { runner_type: 'instance_type', run_untagged: true });
    this.runner = runner;
    for (const line of this.lines.filter(isJobRequest)) this.given.set(JSON.parse(line.body).token, runner.token);
    for (const line of this.lines.filter((one) => /^(verify|unregister)$/.test(one.kind))) {
      this.given.set(JSON.parse(line.body).token, runner.token);
    }
  }

  async prepareJobs() {
    const jobs = this.lines.filter(isJobRequest).length;
    if (jobs > 0) {
      this.project = await instance.project(this.name, { '.gitlab-ci.yml': configFor(this.name, jobs) });
      await instance.push(this.project);
      await instance.pipeline(this.project);
    }
  }

  async obeyNote(note) {
    const word = /^coordinator: (canceled|canceling) from here on/.exec(note);
    if (word) {
      // This runner cannot cancel gracefully, so that either way the job is canceled at once.
      await instance.api('POST', `/projects/${this.project.id}/jobs/${this.job}/cancel`, { force: word[1] === 'canceled' });
      this.isCanceled = true;
    }
  }

  replaced(text) {
    return [...this.given].reduce((result, [theirs, ours]) => result.replaceAll(theirs, ours), text);
  }

  async say(line) {
    // Registration: the token that was right then is ours.
    if (line.kind === 'register') this.given.set(JSON.parse(line.body).token, registrationToken);
    const path = line.path.replace(/\/jobs\/(\d+)/, (_, id) => `/jobs/${this.given.get(id)}`);
    const headers = Object.fromEntries(line.headers
      .filter(([key]) => !/^(host|content-length|transfer-encoding)$/i.test(key))
      .map(([key, value]) => [key, this.replaced(value)]));
    const body = line.body_encoding === 'base64' ? Buffer.from(line.body, 'base64') : Buffer.from(
      line.kind.startsWith('patch') ? line.body : this.replaced(line.body));
    const answer = await send(line.method, path, headers, body);
    this.compare(line, answer);
    this.note(line, answer, body);
  }

  compare(line, answer) {
    const what = `${line.kind} ${line.path}: ${answer.body.slice(0, 200)}`;
    if (this.isCanceled && /^(patch|update)/.test(line.kind)) {
      // As GitLab answers: the job is over, and the header tells why. The recorded coordinator let a
      // canceled job go on talking.
      assert.deepEqual([answer.status, answer.headers['job-status']], [403, 'canceled'], what);
      return;
    }
    assert.equal(answer.status, line.response.status, what);
    const recorded = new Map(line.response.headers.map(([key, value]) => [key.toLowerCase(), value]));
    for (const key of ['range', 'job-status']) {
      if (line.kind === 'patch') assert.equal(answer.headers[key], recorded.get(key), what);
    }
  }

  note(line, answer, body) {
    if (isJobRequest(line)) {
      const theirs = JSON.parse(line.response.body);
      const ours = JSON.parse(answer.body);
      this.job = ours.id;
      this.given.set(String(theirs.id), String(ours.id)).set(theirs.token, ours.token);
      // A dependency is downloaded with the token that came with it.
      theirs.dependencies?.forEach((needed, i) => this.given.set(needed.token, ours.dependencies[i].token));
    } else if (line.kind.startsWith('patch') && !this.isCanceled) {
      const job = this.given.get(/\/jobs\/(\d+)/.exec(line.path)[1]);
      const from = Number(line.headers.find(([key]) => key === 'Content-Range')[1].split('-')[0]);
      this.logs.set(job, Buffer.concat([(this.logs.get(job) ?? Buffer.alloc(0)).subarray(0, from), body]));
    } else if (line.kind === 'update') {
      this.finals.set(this.given.get(/\/jobs\/(\d+)/.exec(line.path)[1]), JSON.parse(line.body));
    }
  }

  async checkResults() {
    for (const [id, final] of this.finals) {
      const job = await instance.api('GET', `/projects/${this.project.id}/jobs/${id}`);
      assert.equal(job.status, this.isCanceled ? 'canceled' : final.state);
      if (!this.isCanceled && final.state === 'failed') assert.equal(job.failure_reason, final.failure_reason);
      const log = await instance.api('GET', `/projects/${this.project.id}/jobs/${id}/trace`);
      assert.equal(log, this.logs.get(id).toString());
    }
  }
}

function send(method, path, headers, body) {
  return new Promise((resolve, reject) => {
    const call = request(instance.url + path, { method, headers: { ...headers, 'Content-Length': body.length } }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => resolve({
        status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts).toString() }));
    });
    call.on('error', reject);
    call.end(body);
  });
}

for (const file of (await readdir(folder)).filter((name) => name.endsWith('.jsonl'))) {
  test(file, async () => {
    const text = await readFile(new URL(file, folder), 'utf8');
    await new Replay(file.replace('.jsonl', ''), text.trim().split('\n').map((line) => JSON.parse(line))).run();
  });
}
