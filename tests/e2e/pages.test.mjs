// SPDX-License-Identifier: MIT
// The pages beside pipelines and jobs, walked in Chromium as their readers would: run with inputs,
// schedules, environments, tests, releases, the CI file, settings.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser } from './lib/browser.mjs';
import { Instance, root } from './lib/instance.mjs';

const ciFile = `
spec:
  inputs:
    level: { type: number, default: 2, description: How thorough }
    target: { options: [alpha, beta], default: alpha }
    owner: { description: Who asked }
    tone: { default: low, regex: '^[a-z]+$' }
---
variables:
  FLAVOUR: { value: plain, description: What it tastes of, options: [plain, sweet] }
stages: [test, deploy, publish]
unit:
  stage: test
  coverage: '/covered (\\d+)%/'
  script:
    - echo "level $[[ inputs.level ]] for $[[ inputs.owner ]], $FLAVOUR"
    - echo "covered 87%"
    - exit 0
  artifacts: { reports: { junit: report.xml } }
deploy:
  stage: deploy
  resource_group: shop
  environment: { name: shop, url: "https://shop.example.test", on_stop: undeploy }
  script: [echo deployed]
undeploy:
  stage: deploy
  when: manual
  environment: { name: shop, action: stop }
  script: [echo gone]
publish:
  stage: publish
  when: manual
  manual_confirmation: Shall the world see it?
  script: [echo out]
`;

const report = `<?xml version="1.0"?>
<testsuites><testsuite name="unit" tests="3">
  <testcase classname="roman" name="reads nothing" time="0.010"/>
  <testcase classname="roman" name="reads four" time="0.020"><failure message="expected IV">roman.cpp:12: &lt;b&gt;expected IV, got IIII</failure></testcase>
  <testcase classname="roman" name="reads a million" time="0"><skipped/></testcase>
</testsuite></testsuites>
`;

let instance;
let browser;
let page;
let project;
let address;
before(async () => {
  instance = await Instance.create();
  await instance.startRunner();
  browser = await Browser.open();
  page = browser.page;
  page.setDefaultTimeout(15_000);
  project = await instance.project('shop', { '.gitlab-ci.yml': ciFile, 'report.xml': report });
  await instance.push(project, 'Open the shop', '-o', 'ci.skip');
  address = `${instance.url}/root/shop`;
  await page.goto(instance.url);
  await id('sign-in-login').fill(root.login);
  await id('sign-in-password').fill(root.password);
  await id('sign-in-submit').click();
  await id('project-row').first().waitFor();
});
after(async () => {
  await browser?.close();
  await instance.destroy();
});

const id = (name) => page.getByTestId(name);
const found = async (name, text) => id(name).filter({ hasText: text }).first().waitFor();
const yes = async () => id('question-yes').click();

/** Each page as four pictures: wide and phone, light and dark; and no page is wider than its window. */
async function shots(name) {
  for (const [width, height] of [[1280, 800], [390, 780]]) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await browser.shot(`${name}-${width}-${colorScheme}`);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${name} is ${wide} wide in a window of ${width}`);
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize({ width: 1280, height: 800 });
}

let pipeline;
test('a pipeline is run with inputs and described variables, and a wrong one is refused beside its field', async () => {
  await page.goto(`${address}/-/pipelines/new`);
  await id('input-tone').fill('Very Loud');
  assert.equal(await id('input-level').inputValue(), '2');
  await id('input-level').fill('7');
  await id('input-target').selectOption('beta');
  await id('described-FLAVOUR').selectOption('sweet');
  await id('input-owner').fill('mara');
  await id('run-submit').click();
  await page.locator('.field-error', { hasText: 'does not match' }).waitFor();
  await shots('run');
  await id('input-tone').fill('soft');
  await id('run-submit').click();
  await page.waitForURL(/pipelines\/\d+$/);
  pipeline = await instance.pipeline(project, 'success', 60_000);
  const job = await instance.job(project, pipeline, 'unit');
  assert.match(await instance.trace(project, job), /level 7 for mara, sweet/);
});

test('the pipeline shows its coverage and its tests, failed first with their output', async () => {
  await page.goto(`${address}/-/pipelines/${pipeline.id}`);
  await found('pipeline-coverage', '87');
  await found('test-count', '1 of 3 failed');
  await shots('pipeline-with-tests');
  await id('subtab-tests').click();
  await id('test-case').first().waitFor();
  assert.equal(await id('test-case').first().getAttribute('data-name'), 'reads four');
  assert.match(await id('test-output').first().innerText(), /<b>expected IV, got IIII/);
  await shots('tests');
  await id('test-search').fill('million');
  await page.waitForFunction(() => document.querySelectorAll('[data-testid=test-case]').length === 1);
});

test('a manual job with a confirmation asks before it runs', async () => {
  const job = await instance.job(project, pipeline, 'publish');
  await page.goto(`${address}/-/jobs/${job.id}`);
  await id('job-play').click();
  await found('question', 'Shall the world see it?');
  await shots('confirmation');
  await id('question-no').click();
  assert.equal((await instance.api('GET', `/projects/${project.id}/jobs/${job.id}`)).status, 'manual');
  await id('job-play').click();
  await yes();
  await page.locator('[data-testid=job-state][data-state=success]').waitFor({ timeout: 30_000 });
});

test('an environment shows what runs there, and its on_stop job stops it', async () => {
  await page.goto(`${address}/-/environments`);
  await page.locator('[data-testid=environment-row][data-name=shop][data-state=available]').waitFor();
  assert.equal(await id('environment-url').getAttribute('href'), 'https://shop.example.test');
  await shots('environments');
  await page.getByRole('link', { name: 'shop', exact: true }).last().click();
  await found('deployment-row', 'deploy');
  await shots('environment');
  await id('environment-stop').click();
  await yes();
  await page.locator('[data-testid=environment-state]', { hasText: 'Stopped' }).waitFor({ timeout: 30_000 });
  const job = await instance.job(project, pipeline, 'undeploy');
  assert.equal(job.status, 'success');
  await id('environment-delete').click();
  await yes();
  await page.getByText('No environments yet').waitFor();
  await shots('environments-empty');
});

test('a schedule is made, corrected, run, and deleted', async () => {
  await page.goto(`${address}/-/pipeline_schedules`);
  await page.getByText('No schedules').waitFor();
  await id('schedule-new').click();
  await id('schedule-description').fill('Every night');
  await id('schedule-cron').fill('0 99 * * *');
  await id('schedule-zone').fill('Europe/Berlin');
  await id('variable-key').first().fill('FLAVOUR');
  await id('variable-value').first().fill('bitter');
  await id('schedule-save').click();
  await page.locator('.field-error').waitFor();
  await shots('schedule');
  await id('schedule-cron').fill('30 4 * * *');
  await id('schedule-save').click();
  await found('schedule-row', 'every day at 04:30, Europe/Berlin');
  await found('schedule-next', 'in ');
  await shots('schedules');

  await id('schedule-edit').click();
  assert.equal(await id('variable-value').first().inputValue(), 'bitter');
  await id('variable-value').first().fill('sour');
  await id('schedule-rhythm').selectOption({ label: 'Every week' });
  await id('schedule-save').click();
  await found('schedule-row', 'every Monday at 04:00');
  const [schedule] = await instance.api('GET', `/projects/${project.id}/pipeline_schedules`);
  const { variables } = await instance.api('GET', `/projects/${project.id}/pipeline_schedules/${schedule.id}`);
  assert.equal(variables[0].value, 'sour');

  await id('schedule-delete').click();
  await yes();
  await page.getByText('No schedules').waitFor();
});

test('a schedule that cannot run says why, and one that can leads to its pipeline', async () => {
  await instance.write(project.folder, { '.gitlab-ci.yml': 'night: { script: ["echo $WHO"] }\n' });
  await instance.push(project, 'Simpler', '-o', 'ci.skip');
  const made = await instance.api('POST', `/projects/${project.id}/pipeline_schedules`,
    { description: 'Nightly', ref: 'main', cron: '0 4 * * *', cron_timezone: 'UTC' });
  await page.goto(`${address}/-/pipeline_schedules`);
  await id('schedule-play').click();
  await page.waitForURL(/pipelines\/\d+$/);
  await page.locator('[data-testid=job-pill][data-name=night]').waitFor();
  await page.goto(`${address}/-/pipeline_schedules/${made.id}/edit`);
  await id('pipeline-row').first().waitFor();
});

test('a release is made, edited and deleted', async () => {
  await page.goto(`${address}/-/releases`);
  await page.getByText('No releases yet').waitFor();
  await id('release-new').click();
  await id('release-tag').fill('not a tag');
  await id('release-name').fill('First');
  await id('release-notes').fill('The first one.\n\n- <b>bold</b> claims');
  await id('release-save').click();
  await page.locator('.field-error, [data-testid=form-error]').first().waitFor();
  await shots('release-dialog');
  await id('release-tag').fill('rc/v1');
  await id('release-save').click();
  await found('release-description', '<b>bold</b> claims');
  await page.waitForURL(/releases\/rc%2Fv1$/);
  await instance.api('POST', `/projects/${project.id}/releases`, {
    tag_name: 'v1', ref: 'main', name: 'One', description: 'With assets',
    assets: { links: [{ name: 'shop.tar.gz', url: 'https://dl.example.test/shop.tar.gz', link_type: 'package' }] } });
  await id('release-edit').click();
  await id('release-name').fill('Candidate');
  await id('release-save').click();
  await page.getByRole('heading', { name: 'Candidate' }).waitFor();
  await id('release-delete').click();
  await yes();
  await id('release-row').filter({ hasText: 'One' }).waitFor();
  await shots('releases');
  await page.getByRole('link', { name: 'One' }).click();
  await found('release-asset', 'shop.tar.gz');
  await shots('release');
});

test('the CI file of a branch is checked as it is typed, with line, column and caret', async () => {
  await page.goto(`${address}/-/ci/editor`);
  await page.waitForFunction(() => document.querySelector('[data-testid=editor-text]')?.value.includes('night:'));
  await found('lint-state', 'Valid');
  await id('editor-text').fill('stages: [build, test]\none:\n  stage: build\n  script: [make]\ntwo:\n  stage: test\n  script: [make test]\n  when: manual\n');
  await page.locator('[data-testid=lint-stage][data-name=test] [data-name=two]', { hasText: 'by hand' }).waitFor();
  await page.locator('summary').click();
  assert.match(await id('merged-yaml').innerText(), /stages:/);
  await shots('editor');
  await id('editor-text').fill('one:\n  script: [make]\n  stagee: build\n');
  await found('lint-state', 'Broken');
  assert.match(await id('lint-message').first().innerText(), /\.gitlab-ci\.yml:3:3/);
  assert.match(await page.locator('.caret').first().innerText(), /^ {2}stagee: build\n {2}\^/);
  await shots('editor-broken');
  await page.locator('button.place').first().click();
  assert.equal(await id('editor-text').evaluate((area) => area.selectionStart), 'one:\n  script: [make]\n'.length + 2);
  await id('editor-ref').fill('nowhere');
  await id('editor-load').click();
  await found('form-error', 'There is no .gitlab-ci.yml in nowhere.');
});

test('a runner and a token are made by Enter, and what is shown once stays until it is closed', async () => {
  for (const [path, make, name, made, done] of [
    ['/admin/runners', 'new-runner', 'runner-description', 'runner-token', 'runner-done'],
    ['/-/profile', 'token-new', 'token-name', 'new-token', 'token-done'],
  ]) {
    await page.goto(instance.url + path);
    await id(make).click();
    await id(name).fill('by Enter');
    await page.keyboard.press('Enter');
    await id(made).waitFor({ timeout: 5_000 });
    await page.mouse.click(3, 300); // Beside the dialog.
    await id(done).click({ timeout: 5_000 });
    await id(made).waitFor({ state: 'detached' });
  }
});

test('a trigger token is shown once with a call that works', async () => {
  await page.goto(`${address}/-/settings`);
  await id('trigger-new').click();
  await id('trigger-description').fill('The nightly machine');
  await id('trigger-create').click();
  const token = (await id('trigger-token').innerText()).trim();
  await shots('trigger-token');
  await id('trigger-done').click();
  await found('trigger-row', 'The nightly machine');
  assert.ok(!(await page.content()).includes(token));
  const answer = await fetch(`${instance.url}/api/v4/projects/${project.id}/trigger/pipeline`,
    { method: 'POST', body: new URLSearchParams({ token, ref: 'main' }) });
  assert.equal(answer.status, 201);
  await id('trigger-revoke').click();
  await yes();
  await page.getByText('A trigger token lets another program').waitFor();
});

test('an outer git host gets a secret, and the mode of a resource group is changed', async () => {
  await id('hook-create').click();
  await id('hook-token').waitFor();
  assert.match(await id('hook-url').innerText(), /external_hook\/push$/);
  await id('resource-mode').selectOption('newest_first');
  await found('toasts', 'Saved');
  assert.equal((await instance.api('GET', `/projects/${project.id}/resource_groups/shop`)).process_mode, 'newest_first');
  await id('settings-triggers').scrollIntoViewIfNeeded();
  await shots('settings');
  await id('hook-remove').click();
  await yes();
  await id('hook-url').waitFor({ state: 'detached' });
});

test('variables of project, group and instance share one card', async () => {
  for (const where of [`${address}/-/settings`, `${instance.url}/groups/root/-/settings/ci_cd`, `${instance.url}/admin/variables`]) {
    await page.goto(where);
    await id('variable-add').click();
    await id('variable-name').fill('1WRONG');
    await id('variable-text').fill('a-value-that-is-long');
    await id('variable-save').click();
    await page.locator('.field-error').waitFor();
    await id('variable-name').fill('SECRET');
    await id('variable-secrecy').selectOption('hidden');
    if (where.includes('admin')) {
      await shots('variable-dialog');
    }
    await id('variable-save').click();
    await found('variable-row', 'hidden');
  }
  await shots('instance-variables');
  await id('variable-delete').click();
  await yes();
  await page.getByText('None. Jobs get them').waitFor();
});

test('a reporter sees the pages without the controls', async () => {
  await instance.api('POST', '/users', { username: 'rita', name: 'Rita', email: 'rita@example.test', password: root.password });
  await instance.api('POST', `/projects/${project.id}/members`, { username: 'rita', access_level: 20 });
  await id('user-menu').click();
  await id('sign-out').click();
  await id('sign-in-login').fill('rita');
  await id('sign-in-password').fill(root.password);
  await id('sign-in-submit').click();
  await id('user-menu').waitFor();
  for (const [path, shown, hidden] of [
    ['pipeline_schedules', 'schedule-row', ['schedule-new', 'schedule-play', 'schedule-edit', 'schedule-delete', 'schedule-take']],
    ['releases', 'release-row', ['release-new']],
    ['pipelines', 'pipeline-row', ['run-pipeline']],
  ]) {
    await page.goto(`${address}/-/${path}`);
    await id(shown).first().waitFor();
    for (const name of hidden) {
      assert.equal(await id(name).count(), 0, `${name} on ${path}`);
    }
  }
  await page.goto(`${address}/-/settings`);
  await id('forbidden').waitFor();
});

test('the browser had nothing to complain about', () => {
  // Refusals of forms, a hook and files that are not there, and a stranger's first call.
  const unexpected = browser.complaints.filter((text) => !/status of (400|401|404)/.test(text));
  assert.deepEqual(unexpected, []);
});
