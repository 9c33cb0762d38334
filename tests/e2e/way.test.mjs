// SPDX-License-Identifier: MIT
// The whole way of a newcomer, with git and Chromium: push, watch it run, open a terminal in the
// running job, let the script end, see it held, close, see the job end.
import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Browser } from './lib/browser.mjs';
import { Instance, root } from './lib/instance.mjs';

const sample = fileURLToPath(new URL('../../packaging/sample', import.meta.url));

let instance;
let browser;
let page;
before(async () => {
  instance = await Instance.create();
  await instance.startRunner();
  browser = await Browser.open();
  page = browser.page;
});
after(async () => {
  await browser?.close();
  await instance.destroy();
});

const id = (name) => page.getByTestId(name);
const jobPill = (name) => page.locator(`[data-testid=job-pill][data-name="${name}"]`);

async function stateIs(testid, word, timeout = 60_000) {
  await id(testid).first().filter({ hasText: new RegExp(word, 'i') }).waitFor({ timeout });
}

test('a stranger is asked to sign in and comes back to where he wanted to go', async () => {
  await page.goto(`${instance.url}/root/sample`);
  await id('sign-in-form').waitFor();
  await id('sign-in-login').fill(root.login);
  await id('sign-in-password').fill('not the password');
  await id('sign-in-submit').click();
  await id('sign-in-error').waitFor();
  await id('sign-in-password').fill(root.password);
  await browser.shot('sign-in');
  await id('sign-in-submit').click();
  await id('not-found').waitFor(); // There is no such project yet.
});

test('a project is made in the page and says how to push to it', async () => {
  await page.goto(instance.url);
  await id('new-project').first().click();
  await id('project-name').fill('sample');
  await id('create-project').click();
  await id('empty-repository').waitFor();
  assert.match(await id('push-words').innerText(), /root\/sample\.git/);
  await browser.shot('empty-project');
});

let project;
test('a push becomes a pipeline that runs green before the reader\'s eyes', async () => {
  project = await instance.adopt('root/sample', 'work-sample');
  await cp(sample, project.folder, { recursive: true });
  await instance.push(project, 'Add roman numerals');
  const pipeline = await instance.pipeline(project);
  await page.goto(`${instance.url}/root/sample/-/pipelines/${pipeline.id}`);
  await jobPill('compile').waitFor();
  await browser.shot('pipeline-running');
  await page.locator('[data-testid=job-pill][data-name=package][data-state=success]').waitFor({ timeout: 120_000 });
  // The one manual job is optional: it does not keep the pipeline from passing.
  await stateIs('pipeline-state', 'passed|success');
  await browser.shot('pipeline-passed');
});

test('the log of a finished job has colours, sections and permalinks', async () => {
  await jobPill('compile').locator('a').click();
  await id('log').waitFor();
  await page.getByText('make -j2 build/roman').first().waitFor();
  await browser.shot('job-log');
  assert.match(await id('job-state').first().innerText(), /passed|success/i);
});

test('explore: play, debug, type, the script ends, held, disconnect, the job ends', async () => {
  const [pipeline] = await instance.api('GET', `/projects/${project.id}/pipelines`);
  const job = await instance.job(project, pipeline, 'explore');
  await page.goto(`${instance.url}/root/sample/-/jobs/${job.id}`);
  await id('job-play').first().click();
  await stateIs('job-state', 'running');
  await page.getByText('Press Debug').first().waitFor(); // The live log, without a reload.
  await id('job-debug').click();
  await id('terminal-state').filter({ hasText: /connected/i }).waitFor({ timeout: 20_000 });
  // The prompt: what is typed before it is echoed twice.
  await page.locator('.xterm-rows').filter({ hasText: /[#$] *$/ }).waitFor();
  await id('terminal-screen').click();
  await page.keyboard.type('echo "in $CI_JOB_NAME" && ls && touch done\n');
  await page.locator('.xterm-rows').filter({ hasText: 'in explore' }).waitFor();
  await id('hold-banner').waitFor({ timeout: 30_000 });
  await browser.shot('job-held');
  assert.equal((await instance.api('GET', `/projects/${project.id}/jobs/${job.id}`)).status, 'running');

  await id('terminal-disconnect').first().click();
  const yes = id('question-yes');
  if (await yes.isVisible().catch(() => false)) await yes.click();
  await stateIs('job-state', 'passed|success');
  await browser.shot('job-ended');
});

test('a broken file makes a failed pipeline that names line and column', async () => {
  await instance.write(project.folder, { '.gitlab-ci.yml': 'job:\n  script: [true]\n  stagee: x\n' });
  await instance.push(project, 'Break it');
  const pipeline = await instance.pipeline(project, 'failed');
  await page.goto(`${instance.url}/root/sample/-/pipelines/${pipeline.id}`);
  await id('yaml-error').first().waitFor();
  assert.match(await id('yaml-errors').innerText(), /stagee/);
  assert.match(await id('yaml-errors').innerText(), /3/);
  await browser.shot('broken-file');
});

test('runners are shown with their state', async () => {
  await page.goto(`${instance.url}/admin/runners`);
  await id('runner-row').first().waitFor();
  assert.match(await id('runner-state').first().innerText(), /online|idle|busy/i);
  await browser.shot('runners');
});

test('hostile names and output stay inert', async () => {
  const evil = '"><img src=x onerror=window.hacked=1>';
  await instance.write(project.folder, {
    '.gitlab-ci.yml': `evil:\n  script:\n    - printf '%s\\n' '${evil}'\n    - printf '\\033]8;;javascript:window.hacked=1\\033\\\\click\\033]8;;\\033\\\\\\n'\n` });
  await instance.push(project, evil);
  const pipeline = await instance.pipeline(project, 'success');
  const job = await instance.job(project, pipeline, 'evil');
  await page.goto(`${instance.url}/root/sample/-/jobs/${job.id}`);
  await page.getByText('onerror=window.hacked').first().waitFor();
  await page.goto(`${instance.url}/root/sample/-/pipelines`);
  await id('pipeline-row').first().waitFor();
  await page.locator('[data-testid=pipeline-row] .stage-marks svg').first().waitFor();
  assert.equal(await page.evaluate(() => window.hacked), undefined);
});

test('the browser had nothing to complain about', () => {
  // A refused sign-in and a project that is not there are part of the story above.
  const unexpected = browser.complaints.filter((text) => !/status of (401|404)/.test(text));
  assert.deepEqual(unexpected, []);
});
