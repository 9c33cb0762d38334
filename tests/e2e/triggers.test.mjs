// SPDX-License-Identifier: MIT
// A trigger job in the page: it leads to the pipeline that it started, and that leads back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser } from './lib/browser.mjs';
import { Instance, root } from './lib/instance.mjs';

let instance;
let browser;
before(async () => {
  instance = await Instance.create();
  await instance.startRunner();
  browser = await Browser.open();
});
after(async () => {
  await browser?.close();
  await instance.destroy();
});

test('a child pipeline runs, and the two pages lead to each other', async () => {
  const project = await instance.project('family', {
    '.gitlab-ci.yml': 'start: { trigger: { include: child.yml, strategy: depend } }\n',
    'child.yml': 'work: { script: ["echo worked"] }\n',
  });
  await instance.push(project);
  const parent = await instance.pipeline(project, 'success');
  const [bridge] = await instance.api('GET', `/projects/${project.id}/pipelines/${parent.id}/bridges`);
  assert.equal(bridge.status, 'success');

  const { page } = browser;
  await page.goto(`${instance.url}/root/family/-/pipelines/${parent.id}`);
  await page.getByTestId('sign-in-login').fill(root.login);
  await page.getByTestId('sign-in-password').fill(root.password);
  await page.getByTestId('sign-in-submit').click();
  const pill = page.getByTestId('job-pill').filter({ hasText: 'start' });
  await pill.getByText(`#${bridge.downstream_pipeline.id}`).waitFor();
  await browser.shot('trigger-job');
  await pill.getByRole('link').click();
  await page.getByTestId('job-pill').filter({ hasText: 'work' }).waitFor();
  await browser.shot('child-pipeline');
  await page.getByTestId('upstream').click();
  await pill.waitFor();
  // Asked who it is, a page that nobody has signed in to hears 401.
  assert.deepEqual(browser.complaints.filter((text) => !text.includes('401')), []);
});
