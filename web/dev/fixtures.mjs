// SPDX-License-Identifier: MIT
// An invented world: three projects, their pipelines and jobs in every state.
import { hostileLog, longLog, ordinaryLog } from './logs.mjs';

const minutes = (n) => new Date(Date.now() - n * 60000).toISOString();

export const user = { id: 1, username: 'root', name: 'Administrator', email: 'root@example.org', state: 'active', is_admin: true, web_url: '', created_at: minutes(90000) };

function project(id, path, extra = {}) {
    const name = path.split('/').at(-1);
    return {
        id, name, path: name, path_with_namespace: path, name_with_namespace: path, description: null, default_branch: 'main', visibility: 'private', web_url: '',
        http_url_to_repo: `http://127.0.0.1:8090/${path}.git`, namespace: { id: 1, name: 'root', path: 'root', kind: 'user', full_path: path.split('/')[0] },
        created_at: minutes(9000), last_activity_at: minutes(3), ci_config_path: '.gitlab-ci.yml', build_timeout: 3600, jobs_enabled: true, archived: false,
        empty_repo: false, auto_cancel_pending_pipelines: 'enabled', permissions: { project_access: { access_level: 50 } }, ...extra,
    };
}

export const projects = [
    project(1, 'root/sample', { description: 'A small C++ project: compile, test in a matrix, package.' }),
    project(2, 'platform/gateway', { description: 'Edge proxy and its configuration', visibility: 'internal' }),
    project(3, 'platform/billing-worker', { archived: true }),
    project(4, 'root/fresh', { empty_repo: true, description: '' }),
];

const commits = ['Keep the reader open while a page turns', 'Bound the queue in bytes', 'Say why a runner was refused', 'Draw needs as lines', 'Release 0.1.0'];

function commit(n) {
    const id = (0x7f3c9a1d + n * 7919).toString(16).padStart(8, '0').repeat(5);
    return { id, short_id: id.slice(0, 8), title: commits[n % commits.length], message: commits[n % commits.length], author_name: ['Mara Lind', 'Jonas Weber', 'Ada Okafor'][n % 3], author_email: 'a@example.org', created_at: minutes(n * 37) };
}

const stageNames = ['build', 'test', 'package', 'deploy'];

function pipeline(id, status, extra = {}) {
    const n = 40 - id;
    return {
        id, iid: id - 10, project_id: 1, sha: commit(n).id, ref: n % 4 === 2 ? 'feature/bounded-queue' : 'main', status, source: n % 5 === 3 ? 'web' : 'push', name: null,
        created_at: minutes(4 + n * 41), updated_at: minutes(2 + n * 41), web_url: '', before_sha: '', tag: false, yaml_errors: null, user, started_at: ['pending', 'created', 'manual'].includes(status) ? null : minutes(4 + n * 41),
        finished_at: ['running', 'pending', 'created'].includes(status) ? null : minutes(1 + n * 41), duration: 95 + n * 11, queued_duration: 1, coverage: null, commit: commit(n),
        stages: stageNames.map((name, i) => ({ name, status: status === 'success' ? 'success' : i === 0 ? 'success' : i === 1 ? status : status === 'running' ? 'created' : 'skipped' })), yaml_error_list: [], ...extra,
    };
}

export const pipelines = [
    pipeline(40, 'running'), pipeline(39, 'failed'), pipeline(38, 'success'),
    pipeline(37, 'failed', {
        stages: [], duration: 0, started_at: null, yaml_errors: 'jobs:test config contains unknown keys: scirpt',
        yaml_error_list: [{ text: 'job "test": unknown key "scirpt"; did you mean "script"?', file: '.gitlab-ci.yml', line: 14, column: 3 },
            { text: 'job "package": needs "complie", which is not in this pipeline', file: 'ci/package.yml', line: 3, column: 11 }],
    }),
    pipeline(36, 'canceled'), pipeline(35, 'success', { ref: 'v0.1.0', tag: true }), pipeline(34, 'manual'), pipeline(33, 'pending'), pipeline(32, 'success'),
];

let jobId = 400;

function job(name, stage, status, extra = {}) {
    jobId += 1;
    const started = !['created', 'pending', 'manual', 'skipped', 'scheduled'].includes(status);
    const finished = started && !['running', 'canceling'].includes(status);
    return {
        id: jobId, name, stage, status, ref: 'main', tag: false, coverage: null, allow_failure: false, created_at: minutes(4), started_at: started ? minutes(3) : null,
        finished_at: finished ? minutes(2) : null, erased_at: null, duration: finished ? 62.4 : null, queued_duration: started ? 0.1 : null, user, commit: commit(0),
        pipeline: { id: 40, iid: 30, project_id: 1, ref: 'main', sha: commit(0).id, status: 'running' }, web_url: '', artifacts: [], artifacts_expire_at: null,
        runner: started ? { id: 1, description: 'builder-1', active: true, paused: false, is_shared: true, runner_type: 'instance_type', name: 'capstan-runner', online: true, status: 'online' } : null,
        tag_list: [], failure_reason: status === 'failed' ? 'script_failure' : null, project: {}, exit_code: status === 'failed' ? 1 : finished ? 0 : null, when: 'on_success', retried: false,
        manual_confirmation: null, timeout: 3600, needs: null, expose_as: null, environment: null, terminal: { available: status === 'running', reason: status === 'running' ? null : 'the job does not run' }, hold: null,
        actions: { running: ['cancel'], canceling: ['cancel'], pending: ['cancel'], created: ['cancel'], manual: ['play'], success: ['retry', 'erase'], failed: ['retry', 'erase'], canceled: ['retry'], skipped: [], scheduled: ['play', 'cancel'] }[status], ...extra,
    };
}

const artifacts = { artifacts: [{ file_type: 'archive', size: 4823112, filename: 'artifacts.zip', file_format: 'zip' }], artifacts_file: { filename: 'artifacts.zip', size: 4823112 }, artifacts_expire_at: new Date(Date.now() + 6 * 86400000).toISOString() };

export const jobs = [
    job('compile', 'build', 'success', { needs: [], ...artifacts, actions: ['retry', 'erase', 'keep'] }),
    job('lint', 'build', 'failed', { allow_failure: true, needs: [] }),
    job('test: [gcc, debug]', 'test', 'success', { needs: ['compile'], coverage: 87.3 }),
    job('test: [gcc, release]', 'test', 'running', { needs: ['compile'], tag_list: ['linux', 'x86_64'] }),
    job('test: [clang, debug]', 'test', 'failed', { needs: ['compile'] }),
    job('test: [clang, release]', 'test', 'pending', { needs: ['compile'], tag_list: ['linux', 'big'] }),
    job('explore', 'test', 'running', { needs: ['compile'], hold: { reason: 'terminal', until: new Date(Date.now() + 23 * 60000).toISOString() } }),
    job('documentation', 'test', 'scheduled'),
    job('package', 'package', 'created', { needs: ['test'] }),
    job('container image', 'package', 'created', { needs: ['compile', 'test'] }),
    job('deploy to staging', 'deploy', 'manual', { needs: ['package'], manual_confirmation: 'Staging is used for a demonstration today.', environment: { name: 'staging', url: 'https://staging.example.org' } }),
    job('deploy to production', 'deploy', 'skipped', { needs: ['package'] }),
    job('benchmark', 'test', 'canceled', { needs: ['compile'] }),
];

export const logs = new Map(jobs.map((one) => [one.id, ['success', 'failed', 'running'].includes(one.status) ? ordinaryLog(one.status === 'failed') : Buffer.alloc(0)]));
export const longJob = job('long', 'build', 'success');
export const hostileJob = job('hostile <b>', 'build', 'success');
logs.set(longJob.id, longLog());
logs.set(hostileJob.id, hostileLog());
longJob.pipeline = hostileJob.pipeline = { ...longJob.pipeline, id: 38 };

function runner(id, description, extra) {
    return {
        id, description, active: true, paused: false, is_shared: true, runner_type: 'instance_type', name: 'capstan-runner', online: true, status: 'online', ip_address: '10.0.3.1' + id,
        tag_list: ['linux'], run_untagged: true, locked: false, access_level: 'not_protected', maximum_timeout: null, contacted_at: minutes(0.2), version: '0.1.0', revision: 'a1b2c3', platform: 'linux',
        architecture: 'amd64', executor: 'shell', jobs_running: 0, jobs_held: 0, terminal: true, ...extra,
    };
}

export const runners = [
    runner(1, 'builder-1', { jobs_running: 2, jobs_held: 1, tag_list: ['linux', 'x86_64'] }), runner(2, 'builder-2', { jobs_running: 3 }), runner(3, 'arm-lab', { architecture: 'arm64', tag_list: ['linux', 'arm64'], run_untagged: false }),
    runner(4, 'office-mac', { paused: true, platform: 'darwin' }), runner(5, 'old-box', { online: false, status: 'offline', contacted_at: minutes(4300), name: 'gitlab-runner', version: '15.10.0', terminal: false }),
    runner(6, 'new-node', { status: 'never_contacted', online: false, contacted_at: null, version: null, platform: null, architecture: null, executor: null, terminal: false }),
];

export const variables = [
    { key: 'DEPLOY_TOKEN', value: 'k8s-9f8e7d6c5b', variable_type: 'env_var', protected: true, masked: true, raw: false, environment_scope: '*', description: null },
    { key: 'SIGNING_KEY', value: '-----BEGIN KEY-----', variable_type: 'file', protected: true, masked: false, raw: true, environment_scope: '*', description: null },
    { key: 'BUILD_FLAVOUR', value: 'relwithdebinfo', variable_type: 'env_var', protected: false, masked: false, raw: false, environment_scope: '*', description: null },
];

export const members = [{ id: 1, username: 'root', name: 'Administrator', access_level: 50 }, { id: 2, username: 'mara', name: 'Mara Lind', access_level: 40 }, { id: 3, username: 'jonas', name: 'Jonas Weber', access_level: 30 }];
export const branches = [{ id: 1, name: 'main' }, { id: 2, name: 'release/*' }];
export const tokens = [{ id: 1, name: 'deploy script', scopes: ['api'], created_at: minutes(9999), expires_at: '2027-01-01', last_used_at: minutes(55), active: true, revoked: false, user_id: 1 }];
export const sessions = [
    { id: 1, created_at: minutes(100), last_used_at: minutes(0), ip_address: '127.0.0.1', user_agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36', current: true },
    { id: 2, created_at: minutes(9000), last_used_at: minutes(700), ip_address: '10.0.0.7', user_agent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:140.0) Gecko/20100101 Firefox/140.0', current: false },
];
export const tree = [{ path: 'build/sample', size: 1843200 }, { path: 'build/libsample.so.0.1', size: 734003 }, { path: 'build/report/index.html', size: 20311 }, { path: 'build/report/coverage.xml', size: 99311 }, { path: 'README.md', size: 2113 }];
