// SPDX-License-Identifier: MIT
// One Capstan for one test file: coordinator, runner and projects in a folder of its own.
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Program, run } from './process.mjs';

const binaries = process.env.CAPSTAN_BIN;

export const root = { login: 'root', password: 'a long enough password', token: 'glpat-e2e-root-token-0001' };
export const registrationToken = 'e2e-registration-token';

export class Instance {
  static async create({ serve = () => [] } = {}) {
    const instance = new Instance();
    instance.folder = await mkdtemp(join(tmpdir(), 'capstan-e2e-'));
    // A runner started by root drops to another user, who must reach its builds.
    await chmod(instance.folder, 0o755);
    await instance.start(await serve(instance.folder));
    return instance;
  }

  async start(flags = []) {
    this.coordinator = new Program(
      join(binaries, 'capstan'),
      ['serve', '--data', join(this.folder, 'data'), '--listen', `127.0.0.1:${this.port ?? 0}`, ...flags],
      {
        cwd: this.folder,
        env: {
          CAPSTAN_ROOT_PASSWORD: root.password,
          CAPSTAN_ROOT_TOKEN: root.token,
          CAPSTAN_REGISTRATION_TOKEN: registrationToken,
        },
      },
    );
    const [, url, port] = await this.coordinator.says(/listening on (https?:\/\/127\.0\.0\.1:(\d+))/);
    this.port = Number(port);
    this.url = url;
  }

  async startRunner(name = 'runner', options = {}) {
    const home = join(this.folder, name);
    await mkdir(home, { recursive: true });
    const config = join(home, 'config.toml');
    if (!options.registered) {
      await run(
        join(binaries, 'capstan-runner'),
        ['register', '--non-interactive', '--config', config, '--url', this.url, '--name', name,
          '--executor', 'shell', '--run-untagged', '--tag-list', 'e2e',
          '--builds-dir', join(home, 'builds'), '--cache-dir', join(home, 'cache'), ...(options.register ?? [])],
        { cwd: home, env: { REGISTRATION_TOKEN: registrationToken } },
      );
      const text = await readFile(config, 'utf8');
      await writeFile(config, `${text.replace(/^concurrent *=.*/m, `concurrent = ${options.concurrent ?? 4}`)}`
        + (options.sessionTimeout ? `\n[session_server]\n  session_timeout = ${options.sessionTimeout}\n` : ''));
    }
    this.runner = new Program(join(binaries, 'capstan-runner'), ['run', '--config', config, ...(options.flags ?? [])], { cwd: home });
    return this.runner;
  }

  /** Calls the REST API as root; gives status, headers and the decoded body. */
  async call(method, path, body, headers = {}) {
    const answer = await fetch(`${this.url}/api/v4${path}`, {
      method,
      headers: {
        'PRIVATE-TOKEN': root.token,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    const isJson = (answer.headers.get('content-type') ?? '').includes('application/json');
    return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
  }

  /** Like call(), but anything but a 2xx is a failure of the test. */
  async api(method, path, body) {
    const answer = await this.call(method, path, body);
    if (answer.status >= 300) {
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  }

  /** Makes a project and a local repository of it with these files; nothing is pushed yet. */
  async project(name, files) {
    await this.api('POST', '/projects', { name });
    const project = await this.adopt(`root/${name}`, `work-${name}`);
    await this.write(project.folder, files);
    return project;
  }

  /** An existing project with a new, empty local repository in this folder. */
  async adopt(path, folderName) {
    const project = await this.api('GET', `/projects/${encodeURIComponent(path)}`);
    const folder = join(this.folder, folderName);
    await mkdir(folder);
    await this.git(folder, 'init', '-q', '-b', 'main');
    await this.git(folder, 'remote', 'add', 'origin', `${this.url.replace('//', `//root:${root.token}@`)}/${path}.git`);
    return { ...project, folder };
  }

  async write(folder, files) {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
  }

  git(folder, ...args) {
    return run('git', args, {
      cwd: folder,
      env: {
        GIT_AUTHOR_NAME: 'E2E', GIT_AUTHOR_EMAIL: 'e2e@example.test',
        GIT_COMMITTER_NAME: 'E2E', GIT_COMMITTER_EMAIL: 'e2e@example.test',
        GIT_TERMINAL_PROMPT: '0',
      },
    });
  }

  async push(project, message = 'change', ...options) {
    await this.git(project.folder, 'add', '-A');
    await this.git(project.folder, 'commit', '-q', '--allow-empty', '-m', message);
    return this.git(project.folder, 'push', '-q', ...options, 'origin', 'HEAD');
  }

  /** Asks until `check` accepts the answer: for states that the API shows but nothing announces. */
  async until(path, check, timeoutMs = 30_000, pauseMs = 50) {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const answer = await this.call('GET', path);
      if (answer.status < 300 && check(answer.body)) return answer.body;
      if (Date.now() > deadline) {
        throw new Error(`${path} stayed at ${JSON.stringify(answer.body).slice(0, 1500)}\n`
          + `coordinator: ${this.coordinator.output.slice(-1500)}\nrunner: ${this.runner?.output.slice(-1500)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  /** The newest pipeline of a project, once it has the state. */
  async pipeline(project, state, timeoutMs, pauseMs) {
    const [pipeline] = await this.until(
      `/projects/${project.id}/pipelines`, (list) => list.length > 0 && (!state || list[0].status === state), timeoutMs, pauseMs);
    return pipeline;
  }

  async job(project, pipeline, name) {
    const jobs = await this.api('GET', `/projects/${project.id}/pipelines/${pipeline.id}/jobs?per_page=100`);
    return jobs.find((job) => job.name === name);
  }

  trace(project, job) {
    return this.api('GET', `/projects/${project.id}/jobs/${job.id}/trace`);
  }

  async destroy() {
    await this.runner?.stop('SIGKILL');
    await this.coordinator?.stop('SIGKILL');
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
