// SPDX-License-Identifier: MIT
// node test/browser.mjs DIST CHROMIUM: the built page in a real browser, over the mock of dev/. Every
// step waits for what it expects; anything the browser complains about (the policy above all) fails.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [dist, executablePath = '/usr/bin/chromium', ...only] = process.argv.slice(2);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const patience = 30000;

async function startMock() {
    const mock = spawn(process.execPath, [join(root, 'dev/mock.mjs'), dist, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const address = await new Promise((resolve, reject) => {
        mock.stdout.on('data', (data) => resolve(/http:\S+?(?=\/ )/.exec(String(data))[0]));
        mock.on('exit', () => reject(new Error('the mock did not start')));
    });
    return { mock, address };
}

const { mock, address } = await startMock();
const browser = await chromium.launch({
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const complaints = [];

async function newPage(options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.stack));
    page.on('dialog', (dialog) => dialog.accept());
    return page;
}

const terminalState = (page, state) => page.locator(`[data-testid=terminal-state][data-state=${state}]`).waitFor();
const linesIs = (page, count) => page.locator(`[data-testid=log][data-lines="${count}"]`).waitFor();
const screenText = async (page) => (await page.locator('.xterm-rows').innerText()).replace(/\u00a0/g, ' ').split('\n').map((line) => line.trimEnd()).join('\n').trim();
const screenHas = (page, text) => page.waitForFunction((wanted) => document.querySelector('.xterm-rows')?.textContent.replace(/\u00a0/g, ' ').includes(wanted), text);

async function openTerminal(page) {
    await page.goto(`${address}/root/sample/-/jobs/404/terminal`);
    await terminalState(page, 'connected');
    await screenHas(page, '$');
}

/// Lets the mock's answer to a GET pass through `change`.
const changed = (page, address, change) => page.route(address, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: change(await response.json()) });
});

const tests = {
    async 'signs in and goes back, but only to this site'(page) {
        await page.goto(`${address}/-/sign_in?return_to=//evil.example/`);
        await page.getByTestId('sign-in-login').fill('root');
        await page.getByTestId('sign-in-password').fill('secret');
        await page.getByTestId('sign-in-submit').click();
        await page.getByTestId('project-row').first().waitFor();
        assert.equal(page.url(), `${address}/`);
    },
    async 'shows a pipeline by stage and as a table'(page) {
        await page.goto(`${address}/root/sample/-/pipelines/40`);
        await page.locator('[data-testid=job-pill][data-name=compile][data-state=success]').waitFor();
        await page.locator('[data-testid=job-pill][data-name=explore][data-state=held]').waitFor();
        await page.getByTestId('view-table').click();
        await page.locator('[data-testid=job-row][data-name=lint] [data-state=warning]').waitFor();
    },
    async 'sends a form once, however often it is pressed'(page) {
        let sent = 0;
        let release;
        const held = new Promise((resolve) => { release = resolve; });
        await page.route('**/api/v4/projects/*/pipeline', async (route) => {
            sent += 1;
            await held;
            await route.continue();
        });
        await page.goto(`${address}/root/sample/-/pipelines/new`);
        const form = page.getByTestId('run-form');
        await form.waitFor();
        await form.evaluate((element) => {
            element.requestSubmit();
            element.requestSubmit();
        });
        await page.locator('[data-testid=run-submit][aria-busy]').waitFor();
        await form.evaluate((element) => element.requestSubmit());
        release();
        await page.getByTestId('pipeline-state').waitFor();
        assert.equal(sent, 1);
    },
    async 'names the place of an error in the CI file'(page) {
        await page.goto(`${address}/root/sample/-/pipelines/37`);
        assert.match(await page.getByTestId('yaml-error').first().innerText(), /\.gitlab-ci\.yml:14:3/);
    },
    async 'holds 200,000 lines with few elements'(page) {
        await page.goto(`${address}/root/sample/-/jobs/414#L150000-L150003`);
        await linesIs(page, 200040);
        await page.locator('[data-line="149999"].chosen').waitFor();
        assert.ok(await page.locator('.log-row').count() < 200);
        await page.getByTestId('log-search').fill('line 199999');
        await page.locator('[data-testid=log-hits]', { hasText: '1 of 1' }).waitFor();
        await page.locator('.log-text .current').waitFor();
    },
    async 'copies a selection whose middle is not in the document'(page) {
        await page.goto(`${address}/root/sample/-/jobs/414`);
        await linesIs(page, 200040);
        await page.locator('[data-line="1"]').waitFor();
        await page.evaluate(() => document.getSelection().setBaseAndExtent(document.querySelector('[data-line="1"] .log-text'), 0, document.querySelector('[data-line="2"] .log-text'), 1));
        await page.evaluate(() => { document.querySelector('[data-testid=log]').scrollTop = 30000; });
        await page.locator('[data-line="1500"]').waitFor();
        await page.evaluate(() => document.getSelection().extend(document.querySelector('[data-line="1500"] .log-text'), 0));
        await page.keyboard.press('Control+C');
        const text = await page.evaluate(() => navigator.clipboard.readText());
        assert.equal(text.split('\n').length, 1500);
        assert.ok(text.startsWith('line 1 of many'));
    },
    async 'keeps a hostile log inert'(page) {
        await page.goto(`${address}/root/sample/-/jobs/415`);
        await page.getByTestId('log-line').first().waitFor();
        assert.equal(await page.locator('.log script, .log img').count(), 0);
        const links = await page.locator('.log-text a').evaluateAll((all) => all.map((link) => link.href));
        assert.deepEqual(links, ['http://good.example/a']);
        assert.match(await page.title(), /^Passed/);
    },
    async 'follows a log live, also over a lost socket'(page) {
        await page.goto(`${address}/root/sample/-/jobs/404`);
        await page.getByTestId('log-line').first().waitFor();
        const lines = async () => Number(await page.getByTestId('log').getAttribute('data-lines'));
        const more = (than) => page.waitForFunction((count) => Number(document.querySelector('[data-testid=log]').dataset.lines) > count, than);
        await more(await lines());
        await page.request.get(`${address}/api/v4/mock/drop-live`);
        await page.locator('[data-testid=live-state][data-state=open]').waitFor({ state: 'attached' });
        await more(await lines() + 1);
        await page.waitForFunction(() => document.querySelector('.log-size').textContent.startsWith(`${document.querySelector('[data-testid=log]').dataset.lines} `));
        await page.getByTestId('log-search').fill('still working');
        const hits = async () => Number(/of (\d+)/.exec(await page.getByTestId('log-hits').innerText())?.[1] ?? 0);
        const before = await hits();
        await page.waitForFunction((than) => Number(/of (\d+)/.exec(document.querySelector('[data-testid=log-hits]').textContent)?.[1]) > than, before);
    },
    async 'obeys the keyboard'(page) {
        await page.goto(`${address}/root/sample/-/jobs/405`);
        await page.getByTestId('log-line').first().waitFor();
        await page.keyboard.press('?');
        await page.getByTestId('help-dialog').waitFor();
        await page.keyboard.press('Escape');
        await page.getByTestId('help-dialog').waitFor({ state: 'detached' });
        await page.keyboard.press('g');
        await page.keyboard.press('p');
        await page.getByTestId('pipeline-row').first().waitFor();
    },
    async 'has one tab stop among the numbers of a log, and arrow keys between them'(page) {
        await page.goto(`${address}/root/sample/-/jobs/414`);
        await linesIs(page, 200040);
        await page.locator('[data-line="5"]').waitFor();
        assert.equal(await page.locator('.log-number:not([tabindex="-1"])').count(), 1);
        await page.locator('.log-number:not([tabindex="-1"])').focus();
        const focused = () => page.evaluate(() => Number(document.activeElement.dataset.number));
        const first = await focused();
        for (let step = 0; step < 60; step += 1) {
            await page.keyboard.press('ArrowDown');
        }
        assert.equal(await focused(), first + 60);
        await page.keyboard.press('ArrowUp');
        await page.keyboard.press('Enter');
        await page.locator(`[data-line="${first + 58}"].chosen`).waitFor();
        assert.match(page.url(), new RegExp(`#L${first + 59}$`));
    },
    async 'skips to the content'(page) {
        await page.goto(`${address}/root/sample/-/jobs/405#L3`);
        await page.getByTestId('log-line').first().waitFor();
        await page.locator('a.skip').focus();
        await page.keyboard.press('Enter');
        assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
        assert.match(page.url(), /#L3$/);
    },
    async 'brings the same shell back after a lost socket and a reload'(page) {
        await openTerminal(page);
        await page.keyboard.type('query\r');
        await screenHas(page, '[?1;2c');
        await page.keyboard.press('Control+C');
        await page.keyboard.type('drop\r');
        await terminalState(page, 'reconnecting');
        await terminalState(page, 'connected');
        await page.keyboard.type('env\r');
        await screenHas(page, 'CI_JOB_NAME=explore');
        const before = await screenText(page);
        assert.equal(before.match(/the socket goes away/g).length, 1);
        await page.reload();
        await screenHas(page, 'CI_JOB_NAME=explore');
        assert.equal(await screenText(page), before, 'a replayed query was answered again');
    },
    async 'asks before several lines are pasted'(page) {
        await openTerminal(page);
        await page.evaluate(() => navigator.clipboard.writeText('ls\nenv\u001b[201~\n'));
        await page.keyboard.press('Control+Shift+V');
        await page.getByTestId('question-no').click();
        await page.keyboard.press('Control+Shift+V');
        await page.getByTestId('question-yes').click();
        await screenHas(page, 'env[201~');
    },
    async 'takes a flood and answers afterwards'(page) {
        await openTerminal(page);
        await page.keyboard.type('flood\r');
        await page.keyboard.type('size\r');
        await screenHas(page, 'sample$ size');
    },
    async 'never lets output write the clipboard, and cleans the title'(page) {
        await openTerminal(page);
        await page.evaluate(() => navigator.clipboard.writeText('mine'));
        await page.keyboard.type('osc52\rtitle\r');
        await page.locator('[data-testid=terminal-title]', { hasText: '<b>hello</b> builder' }).waitFor();
        assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'mine');
    },
    async 'shows held with its time, and ends by the button'(page) {
        await openTerminal(page);
        await page.keyboard.type('hold\r');
        await terminalState(page, 'held');
        await page.getByTestId('terminal-disconnect').click();
        await terminalState(page, 'ended');
        await page.getByTestId('terminal-again').click();
        await terminalState(page, 'connected');
        await screenHas(page, '$');
        await page.keyboard.type('exit\r');
        await page.locator('[data-testid=terminal-overlay]', { hasText: 'exit code 0' }).waitFor();
    },
    async 'says who only watches a terminal, and hands the keys over'(page) {
        await openTerminal(page);
        // What a duplicated tab has: the same session.
        await page.reload();
        await terminalState(page, 'connected');
        const session = await page.evaluate(() => sessionStorage.getItem('capstan.terminal.404'));
        const second = await page.context().newPage();
        await second.addInitScript((kept) => sessionStorage.setItem('capstan.terminal.404', kept), session);
        await second.goto(`${address}/root/sample/-/jobs/404/terminal`);
        await terminalState(second, 'connected');
        await page.getByTestId('terminal-watching').waitFor();
        assert.match(await page.getByTestId('terminal-state').innerText(), /Watching/);
        await page.getByTestId('terminal-take').click();
        await page.getByTestId('terminal-watching').waitFor({ state: 'detached' });
        await second.getByTestId('terminal-watching').waitFor();
        await page.keyboard.type('env\r');
        await screenHas(page, 'CI_JOB_NAME=explore');
    },
    async 'writes reasons where a finger and a keyboard find them'(page) {
        await changed(page, '**/api/v4/projects/*/jobs/404', (job) => ({ ...job, terminal: { available: false, reason: 'its runner is not connected just now' } }));
        await page.goto(`${address}/root/sample/-/jobs/404`);
        await page.locator('[data-testid=job-debug-reason]', { hasText: 'its runner is not connected' }).waitFor();
        await page.route('**/api/v4/projects/*/pipelines/40/bridges*', async (route) => {
            const [job] = await (await route.fetch({ url: `${address}/api/v4/projects/1/pipelines/40/jobs` })).json();
            await route.fulfill({ json: [{ ...job, id: 499, name: 'downstream', status: 'failed', actions: [], failure_message: 'the project other/place was not found' }] });
        });
        await page.goto(`${address}/root/sample/-/pipelines/40`);
        await page.locator('[data-testid=pill-reason]', { hasText: 'was not found' }).waitFor();
    },
    async 'shows no line of a log that was erased'(page) {
        let erased = false;
        await changed(page, '**/api/v4/projects/*/jobs/405', (job) => ({ ...job, ...(erased && { erased_at: '2026-03-01T12:00:00Z', actions: ['retry'] }) }));
        await page.route('**/api/v4/projects/*/jobs/405/trace', (route) => erased ? route.fulfill({ status: 404 }) : route.continue());
        await page.route('**/api/v4/projects/*/jobs/405/erase', (route) => route.fulfill({ status: 201, json: {} }));
        await page.goto(`${address}/root/sample/-/jobs/405`);
        await page.getByTestId('log-line').first().waitFor();
        await page.getByTestId('job-erase').click();
        erased = true;
        await page.getByTestId('question-yes').click();
        await page.locator('[data-testid=log-empty]', { hasText: 'erased' }).waitFor();
        assert.equal(await page.getByTestId('log-line').count(), 0);
        complaints.splice(0, complaints.length, ...complaints.filter((text) => !text.includes('404')));
    },
    async 'goes through the pages of the runners'(page) {
        await page.route('**/api/v4/runners/all*', async (route) => {
            const response = await route.fetch();
            await route.fulfill({ response, headers: { ...response.headers(), 'x-total': '60', 'x-total-pages': '2', 'x-page': new URL(route.request().url()).searchParams.get('page') } });
        });
        await page.goto(`${address}/admin/runners`);
        await page.getByRole('button', { name: 'Next' }).click();
        await page.getByText('Page 2 of 2').waitFor();
        assert.match(page.url(), /page=2/);
    },
    async 'keeps what it shows when it cannot fetch it again, and says so'(page) {
        let down = false;
        await page.route('**/api/v4/projects/*/pipelines?*', (route) => down ? route.fulfill({ status: 503, json: { message: 'The coordinator is busy.' } }) : route.continue());
        await page.goto(`${address}/root/sample/-/pipelines`);
        await page.getByTestId('pipeline-row').first().waitFor();
        down = true;
        await page.request.get(`${address}/api/v4/mock/drop-live`);
        await page.locator('[data-testid=stale]', { hasText: 'The coordinator is busy.' }).waitFor();
        assert.ok(await page.getByTestId('pipeline-row').count() > 0);
        down = false;
        await page.getByTestId('stale-retry').click();
        await page.getByTestId('stale').waitFor({ state: 'detached' });
        complaints.splice(0, complaints.length, ...complaints.filter((text) => !text.includes('503')));
    },
    async 'loads by itself what did not load while the coordinator was away'(page) {
        let down = true;
        await page.routeWebSocket('**/-/live', (socket) => down ? socket.close() : socket.connectToServer());
        await page.route('**/api/v4/runners/all*', (route) => down ? route.fulfill({ status: 503, json: { message: 'The coordinator is busy.' } }) : route.continue());
        await page.goto(`${address}/admin/runners`);
        await page.getByTestId('load-error').waitFor();
        down = false;
        await page.getByTestId('runner-row').first().waitFor();
        complaints.splice(0, complaints.length, ...complaints.filter((text) => !/503|WebSocket/.test(text)));
    },
    async 'does not promise pages of a project that is not there, nor news of a job that is not'(page) {
        await page.route('**/api/v4/projects/root%2Fnothing', (route) => route.fulfill({ status: 404, json: { message: '404 Project Not Found' } }));
        await page.route('**/api/v4/projects/*/jobs/999', (route) => route.fulfill({ status: 404, json: { message: '404 Not Found' } }));
        await page.routeWebSocket('**/-/live', (socket) => {
            socket.onMessage((text) => {
                const { type, topic } = JSON.parse(text);
                if (type === 'subscribe') {
                    socket.send(JSON.stringify({ type: 'refused', topic, reason: 'no such topic' }));
                }
            });
        });
        await page.goto(`${address}/root/nothing`);
        await page.getByTestId('not-found').waitFor();
        assert.equal(await page.getByTestId('tab-pipelines').count(), 0);
        await page.goto(`${address}/root/sample/-/jobs/999`);
        await page.getByTestId('not-found').waitFor();
        await page.locator('[data-testid=live-state][data-state=open]').waitFor({ state: 'attached' });
        await page.waitForFunction(() => document.querySelector('[data-testid=live-state]').textContent === '');
        complaints.splice(0, complaints.length, ...complaints.filter((text) => !text.includes('404')));
    },
    async 'says who cannot be a member, by the keyboard alone'(page) {
        await page.route('**/api/v4/projects/*/members', (route) => route.request().method() === 'POST' ? route.fulfill({ status: 404, json: { message: '404 Not Found' } }) : route.continue());
        await page.goto(`${address}/root/sample/-/settings`);
        await page.getByTestId('member-name').fill('nobody');
        assert.ok((await page.getByTestId('member-add').boundingBox()).x > (await page.getByTestId('member-name').boundingBox()).x, 'Add is beside the name');
        await page.keyboard.press('Enter');
        await page.locator('[data-testid=toasts]', { hasText: 'There is no user nobody.' }).waitFor();
        complaints.splice(0, complaints.length, ...complaints.filter((text) => !text.includes('404')));
    },
    async 'keeps the focus where the keyboard left it'(page) {
        const focused = () => page.evaluate(() => document.activeElement.dataset.testid);
        await page.goto(`${address}/admin/runners`);
        await page.route('**/api/v4/runners/*', (route) => route.request().method() === 'PUT' ? route.fulfill({ json: {} }) : route.continue());
        const answered = page.waitForResponse((response) => response.request().method() === 'PUT');
        await page.getByTestId('runner-pause').first().press('Enter');
        await answered;
        await page.locator('[data-testid=runner-pause]:not([aria-busy])').first().waitFor();
        assert.equal(await focused(), 'runner-pause');
        await page.getByTestId('user-menu').press('Enter');
        await page.keyboard.press('ArrowUp');
        assert.equal(await focused(), 'sign-out');
        await page.keyboard.press('Escape');
        assert.equal(await focused(), 'user-menu');
    },
    async 'shows over the tests of which pipeline they are'(page) {
        await page.goto(`${address}/root/sample/-/pipelines/40/test_report`);
        await page.getByTestId('pipeline-tabs').waitFor();
        await page.getByTestId('pipeline-state').waitFor();
    },
    async 'lets the keyboard out of a terminal, and shows it to a screen reader'(page) {
        await openTerminal(page);
        assert.match(await page.locator('.xterm-helper-textarea').getAttribute('aria-description'), /Control Shift L/);
        await page.keyboard.press('Control+Shift+L');
        assert.equal(await page.evaluate(() => document.activeElement.closest('.terminal-tools') !== null), true);
        await page.getByTestId('terminal-reader').click();
        await page.locator('.xterm-accessibility').waitFor({ state: 'attached' });
        await page.getByTestId('terminal-reader').click();
        await page.locator('.xterm-accessibility').waitFor({ state: 'detached' });
    },
    async 'fits a phone'() {
        const page = await newPage({ viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true });
        for (const path of ['/', '/root/sample', '/root/sample/-/pipelines', '/root/sample/-/pipelines/40', '/root/sample/-/jobs/405', '/admin/runners', '/root/sample/-/settings']) {
            await page.goto(address + path);
            await page.locator('h1').first().waitFor();
            assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, path);
        }
        await page.goto(`${address}/root/sample/-/jobs/405`);
        await page.getByTestId('log-fold-all').waitFor();
        assert.deepEqual(await page.locator('.log-tools').evaluate((bar) => bar.scrollWidth - bar.clientWidth), 0, 'a tool of the log is cut off');
        await openTerminal(page);
        await page.getByTestId('terminal-keys').waitFor();
        await page.getByTestId('terminal-search').click();
        await page.getByTestId('terminal-search-text').fill('sample');
        const last = await page.getByTestId('terminal-disconnect').boundingBox();
        assert.ok(last.x + last.width <= 390, 'a tool of the terminal is cut off');
        await page.context().close();
    },
    async 'changes an empty project and a running job before the reader\'s eyes'(page) {
        await page.goto(`${address}/root/fresh`);
        await page.getByTestId('empty-repository').waitFor();
        await page.locator('[data-testid=live-state][data-state=open]').waitFor({ state: 'attached' });
        const again = setInterval(() => page.request.get(`${address}/api/v4/mock/first-push`).catch(() => undefined), 500);
        await page.getByTestId('empty-repository').waitFor({ state: 'detached' }).finally(() => clearInterval(again));
        await page.goto(`${address}/root/sample/-/pipelines/40`);
        const pill = (state) => page.locator(`[data-testid=job-pill][data-name="test: [gcc, release]"][data-state=${state}]`).waitFor();
        await pill('running');
        await page.locator('[data-testid=live-state][data-state=open]').waitFor({ state: 'attached' });
        await page.request.get(`${address}/api/v4/mock/finish/404`);
        await pill('success');
    },
};

let failed = 0;
for (const [name, body] of Object.entries(tests)) {
    if (only.length > 0 && !only.some((part) => name.includes(part))) {
        continue;
    }
    const page = await newPage();
    try {
        await body(page);
        assert.deepEqual(complaints.splice(0), [], 'the browser complained');
        console.log(`ok   ${name}`);
    } catch (error) {
        failed += 1;
        complaints.length = 0;
        console.log(`FAIL ${name}\n${error.stack}`);
    }
    await page.context().close();
}
await browser.close();
mock.kill();
console.log(failed === 0 ? 'all passed' : `${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
