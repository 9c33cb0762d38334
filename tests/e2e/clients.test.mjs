// SPDX-License-Identifier: MIT
// Clients that teams already have, unchanged.
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Instance, root } from './lib/instance.mjs';
import { run } from './lib/process.mjs';

let instance;
before(async () => {
  instance = await Instance.create();
  await instance.startRunner();
});
after(() => instance.destroy());

test('scripts with python-gitlab', async () => {
  const project = await instance.project('scripted', {
    '.gitlab-ci.yml': `
build:
  script: ["echo out >out.txt", "echo built by python-gitlab"]
  artifacts: { paths: [out.txt] }
  environment: production
wait: { script: ["sleep 60"], when: manual }
`,
    'notes/a.txt': 'hello\n',
  });
  await instance.push(project);
  await instance.pipeline(project, 'success');
  // Debian's Python: another one in the path would not have Debian's package.
  await run('/usr/bin/python3', [fileURLToPath(new URL('pythongitlab.py', import.meta.url))], {
    env: { CAPSTAN_URL: instance.url, CAPSTAN_TOKEN: root.token, CAPSTAN_PROJECT: project.path_with_namespace },
  });
});
