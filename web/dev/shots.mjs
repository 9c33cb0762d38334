// SPDX-License-Identifier: MIT
// node dev/shots.mjs URL FOLDER [NAME…]: pictures of every page, light, dark and as a phone, and a list
// of what the browser complained about (the policy above all).
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [address = 'http://127.0.0.1:8090', folder = '/tmp/capstan-shots', ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const type = async (page, text) => page.keyboard.type(text, { delay: 5 });

const pages = [
    ['projects', '/'], ['new-project', '/projects/new'], ['overview', '/root/sample'], ['empty-repository', '/root/fresh'],
    ['pipelines', '/root/sample/-/pipelines'], ['run', '/root/sample/-/pipelines/new'], ['pipeline', '/root/sample/-/pipelines/40'],
    ['pipeline-table', '/root/sample/-/pipelines/40', (page) => page.getByTestId('view-table').click()],
    ['yaml', '/root/sample/-/pipelines/37'], ['job-running', '/root/sample/-/jobs/404'], ['job-failed', '/root/sample/-/jobs/405'],
    ['job-held', '/root/sample/-/jobs/407'], ['job-pending', '/root/sample/-/jobs/406'], ['job-manual', '/root/sample/-/jobs/411'],
    ['job-long', '/root/sample/-/jobs/414'], ['job-hostile', '/root/sample/-/jobs/415'],
    ['search', '/root/sample/-/jobs/405', async (page) => {
        await page.getByTestId('log-search').fill('part1');
        await page.keyboard.press('Enter');
    }],
    ['lines', '/root/sample/-/jobs/405#L30-L34'],
    ['dock', '/root/sample/-/jobs/404', async (page) => {
        await page.getByTestId('job-debug').click();
        await page.locator('[data-testid=terminal-state][data-state=connected]').waitFor();
        await page.waitForTimeout(200);
        await type(page, 'ls\rcolors\r');
    }],
    ['terminal', '/root/sample/-/jobs/404/terminal', async (page) => {
        await page.locator('[data-testid=terminal-state][data-state=connected]').waitFor();
        await page.waitForTimeout(200);
        await type(page, 'ls\rcolors\rurl\rtitle\rsize\r');
    }],
    ['artifacts', '/root/sample/-/jobs/401/artifacts'], ['settings', '/root/sample/-/settings'], ['runners', '/admin/runners'],
    ['new-runner', '/admin/runners', async (page) => {
        await page.getByTestId('new-runner').click();
        await page.getByTestId('runner-create').click();
        await page.getByTestId('runner-token').waitFor();
    }],
    ['schedules', '/root/sample/-/pipeline_schedules'], ['environments', '/root/sample/-/environments'], ['releases', '/root/sample/-/releases'],
    ['editor', '/root/sample/-/ci/editor'], ['profile', '/-/profile'], ['not-found', '/nothing'], ['help', '/root/sample/-/jobs/405', (page) => page.keyboard.press('?')],
    ['sign-in', '/-/sign_in'],
];

const kinds = [
    ['light', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }],
    ['dark', { colorScheme: 'dark', viewport: { width: 1280, height: 800 } }],
    ['phone', { colorScheme: 'light', viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }],
];

const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const complaints = new Set();
for (const [kind, options] of kinds) {
    for (const [name, path, act] of pages) {
        if (only.length > 0 && !only.includes(name) && !only.includes(kind) && !only.includes(`${name}-${kind}`)) {
            continue;
        }
        const context = await browser.newContext(options);
        const page = await context.newPage();
        page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.add(`${name}: ${message.text()}`));
        page.on('pageerror', (error) => complaints.add(`${name}: ${error.stack ?? error.message}`));
        try {
            await page.goto(address + path);
            await page.waitForTimeout(500);
            await act?.(page);
            await page.waitForTimeout(350);
        } catch (error) {
            complaints.add(`${name}-${kind}: ${error.message.split('\n')[0]}`);
        }
        await page.screenshot({ path: `${folder}/${name}-${kind}.png` });
        await page.close({ runBeforeUnload: false });
        await context.close();
    }
}
await browser.close();
console.log(complaints.size === 0 ? 'no complaints' : [...complaints].join('\n'));
