// SPDX-License-Identifier: MIT
// node dev/mock.mjs [DIST] [PORT]: the built page over an invented coordinator, with the real policy.
import { createServer } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { branches, hostileJob, jobs, logs, longJob, members, pipelines, projects, runners, sessions, tokens, tree, user, variables } from './fixtures.mjs';
import { dropLive, openLive, publish, startWriting } from './live.mjs';
import { openShell } from './shell.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = resolve(process.argv[2] ?? join(root, 'dist'));
const port = Number(process.argv[3] ?? 8090);
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; "
    + "worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' };
const allJobs = [...jobs, longJob, hostileJob];
let signedIn = process.env.SIGNED_IN !== '0';

const find = (list, id) => list.find((one) => one.id === Number(id));
const findProject = (id) => projects.find((one) => String(one.id) === id || one.path_with_namespace === decodeURIComponent(id));
const session = () => ({ user, csrf_token: 'mock-csrf' });

function act(name, id) {
    const job = find(allJobs, id);
    const next = { play: 'running', retry: 'pending', cancel: 'canceled' }[name];
    if (job && next) {
        job.status = next;
        job.hold = null;
        job.started_at = next === 'running' ? new Date().toISOString() : job.started_at;
        job.actions = next === 'canceled' ? ['retry'] : ['cancel'];
        job.terminal = { available: next === 'running', reason: next === 'running' ? null : 'the job does not run' };
        publish(`job:${job.id}`, 'job', job);
        publish(`pipeline:${job.pipeline.id}`, 'job', job);
    }
    return job;
}

// Method, path, answer: undefined becomes 404.
const routes = [
    ['GET', /^\/session$/, () => signedIn ? session() : [401, { message: '401 Unauthorized' }]],
    ['POST', /^\/session$/, (_m, _u, body) => {
        signedIn = body.password === 'secret';
        return signedIn ? [201, session()] : [401, { message: '401 Unauthorized' }];
    }],
    ['DELETE', /^\/session$/, () => {
        signedIn = false;
        return [204];
    }],
    ['GET', /^\/projects$/, (_m, url) => projects.filter(({ path_with_namespace: path }) => path.includes(url.searchParams.get('search') ?? ''))],
    ['POST', /^\/projects$/, (_m, _u, body) => [400, { message: { path: [`${body.path} has already been taken`] } }]],
    ['GET', /^\/projects\/([^/]+)$/, ([, id]) => findProject(id)],
    ['PUT', /^\/projects\/([^/]+)$/, ([, id], _u, body) => Object.assign(findProject(id), { description: body.description })],
    ['DELETE', /^\/projects\/([^/]+)$/, () => [202]],
    ['GET', /^\/projects\/([^/]+)\/pipelines$/, ([, id], url) => findProject(id)?.id === 1 ? pipelines.filter(({ status, ref }) => (!url.searchParams.get('status') || status === url.searchParams.get('status')) && (!url.searchParams.get('ref') || ref === url.searchParams.get('ref'))) : findProject(id)?.id === 2 ? pipelines.slice(2, 5) : []],
    ['GET', /^\/projects\/[^/]+\/pipelines\/(\d+)$/, ([, id]) => find(pipelines, id)],
    ['POST', /^\/projects\/[^/]+\/pipelines\/(\d+)\/(retry|cancel)$/, ([, id]) => find(pipelines, id)],
    ['POST', /^\/projects\/[^/]+\/pipeline$/, (_m, _u, body) => body.ref === 'main' ? [201, pipelines[0]] : [400, { message: { base: ['Reference not found'] } }]],
    ['GET', /^\/projects\/[^/]+\/pipelines\/(\d+)\/jobs$/, ([, id]) => allJobs.filter((job) => job.pipeline.id === Number(id))],
    ['GET', /^\/projects\/[^/]+\/pipelines\/(\d+)\/bridges$/, () => []],
    ['GET', /^\/projects\/[^/]+\/pipelines\/\d+\/test_report$/, () => ({ total_time: 0, total_count: 0, success_count: 0, failed_count: 0, skipped_count: 0, error_count: 0, test_suites: [] })],
    ['GET', /^\/projects\/[^/]+\/pipelines\/\d+\/test_report_summary$/, () => ({ total: { time: 0, count: 0, success: 0, failed: 0, skipped: 0, error: 0 }, test_suites: [] })],
    ['GET', /^\/projects\/[^/]+\/pipeline_form$/, (_m, url) => ({ ref: url.searchParams.get('ref'), sha: '', inputs: [], variables: [], errors: [] })],
    ['GET', /^\/projects\/[^/]+\/(pipeline_schedules|environments|releases|triggers|resource_groups)$/, () => []],
    ['GET', /^\/projects\/[^/]+\/external_hook$/, () => ({ created_at: new Date().toISOString(), owner: user, url: 'http://127.0.0.1:8090/api/v4/projects/1/external_hook/push' })],
    ['GET', /^\/projects\/[^/]+\/repository\/files\/[^/]+\/raw$/, () => 'job:\n  script: [make]\n'],
    ['POST', /^\/projects\/[^/]+\/ci\/lint$/, () => ({ valid: true, errors: [], warnings: [], merged_yaml: '', jobs: [{ name: 'job', stage: 'test', when: 'on_success', allow_failure: false, tag_list: [], script: ['make'] }], messages: [] })],
    ['GET', /^\/projects\/[^/]+\/jobs\/(\d+)$/, ([, id]) => find(allJobs, id)],
    ['POST', /^\/projects\/[^/]+\/jobs\/(\d+)\/(play|retry|cancel|erase)$/, ([, id, name]) => [201, act(name, id)]],
    ['GET', /^\/projects\/[^/]+\/jobs\/\d+\/artifacts\/tree$/, () => tree],
    ['GET', /^\/projects\/[^/]+\/variables$/, () => variables],
    ['GET', /^\/projects\/[^/]+\/members$/, () => members],
    ['GET', /^\/projects\/[^/]+\/protected_branches$/, () => branches],
    ['GET', /^\/projects\/[^/]+\/repository\/(branches|tags)$/, () => [{ name: 'main' }, { name: 'feature/bounded-queue' }]],
    ['GET', /^\/runners\/all$/, () => runners],
    ['GET', /^\/runners\/(\d+)$/, ([, id]) => find(runners, id)],
    ['POST', /^\/user\/runners$/, () => [201, { id: 7, token: 'glrt-Zx81kQpLw03mNvRt55ab', token_expires_at: null }]],
    ['GET', /^\/user\/sessions$/, () => sessions],
    ['GET', /^\/personal_access_tokens$/, () => tokens],
    ['POST', /^\/personal_access_tokens$/, (_m, _u, body) => [201, { ...tokens[0], name: body.name, token: 'cpat-8fj20ckd93kfmw02kd9s' }]],
    ['PUT', /^\/user\/password$/, () => [204]],
    ['GET', /^\/mock\/first-push$/, () => {
        const fresh = findProject('root/fresh');
        fresh.empty_repo = false;
        publish(`project:${fresh.id}`, 'project', fresh);
        return {};
    }],
    ['GET', /^\/mock\/finish\/(\d+)$/, ([, id]) => {
        const job = find(allJobs, id);
        Object.assign(job, { status: 'success', finished_at: new Date().toISOString(), duration: 5, actions: ['retry'] });
        publish(`job:${job.id}`, 'job', job);
        publish(`pipeline:${job.pipeline.id}`, 'job', job);
        return {};
    }],
    ['GET', /^\/mock\/drop-live$/, () => {
        dropLive();
        return {};
    }],
];

function sendTrace(request, response, id) {
    const log = logs.get(Number(id)) ?? Buffer.alloc(0);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from > 0 && from >= log.length) {
        response.writeHead(416).end();
        return;
    }
    response.writeHead(from > 0 ? 206 : 200, { 'Content-Type': 'text/plain', 'X-Capstan-Trace-Size': log.length }).end(log.subarray(from));
}

function answerApi(request, response, url, body) {
    const path = url.pathname.slice('/api/v4'.length);
    const trace = /^\/projects\/[^/]+\/jobs\/(\d+)\/trace$/.exec(path);
    if (trace) {
        sendTrace(request, response, trace[1]);
        return;
    }
    for (const [method, pattern, handle] of routes) {
        const match = method === request.method ? pattern.exec(path) : null;
        if (match) {
            const changes = method !== 'GET' && path !== '/session';
            const answer = changes && request.headers['x-csrf-token'] !== 'mock-csrf' ? [403, { message: '403 CSRF' }] : handle(match, url, body ? JSON.parse(body) : {});
            const [status, value] = Array.isArray(answer) && typeof answer[0] === 'number' ? answer : answer === undefined ? [404, { message: '404 Not found' }] : [200, answer];
            const total = Array.isArray(value) ? { 'X-Total': value.length, 'X-Total-Pages': 1, 'X-Page': 1 } : {};
            response.writeHead(status, { 'Content-Type': 'application/json', ...total }).end(typeof value === 'string' ? value : JSON.stringify(value));
            return;
        }
    }
    response.writeHead(404, { 'Content-Type': 'application/json' }).end('{"message":"404 Not found"}');
}

function answerPage(response, url) {
    const asset = url.pathname.startsWith('/assets/') ? join(dist, 'assets', url.pathname.slice(8).replace(/[^\w.-]/g, '')) : join(dist, 'index.html');
    if (!existsSync(asset)) {
        response.writeHead(404).end();
        return;
    }
    response.writeHead(200, { 'Content-Type': types[extname(asset)] ?? 'application/octet-stream', 'Content-Security-Policy': policy, 'X-Content-Type-Options': 'nosniff' }).end(readFileSync(asset));
}

const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://mock');
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => url.pathname.startsWith('/api/') ? answerApi(request, response, url, Buffer.concat(parts).toString()) : answerPage(response, url));
});
server.on('upgrade', (request, socket) => {
    const url = new URL(request.url, 'http://mock');
    if (url.pathname === '/-/live') {
        openLive(request, socket);
    } else {
        openShell(request, socket, url);
    }
});
startWriting();
server.listen(port, '127.0.0.1', () => console.log(`mock on http://127.0.0.1:${server.address().port}/ (root / secret)`));
