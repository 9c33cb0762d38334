// SPDX-License-Identifier: MIT
// Debian's Chromium by playwright-core, which the page's own package brings.
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(new URL('../../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

export class Browser {
  static async open(size = { width: 1280, height: 800 }) {
    const browser = new Browser();
    browser.profile = await mkdtemp(join(tmpdir(), 'capstan-chromium-'));
    browser.context = await chromium.launchPersistentContext(browser.profile, {
      executablePath: '/usr/bin/chromium',
      viewport: size,
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
        '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
    browser.page = browser.context.pages()[0] ?? (await browser.context.newPage());
    browser.complaints = [];
    browser.page.on('console', (message) => {
      if (message.type() === 'error') browser.complaints.push(message.text());
    });
    browser.page.on('pageerror', (error) => browser.complaints.push(String(error)));
    return browser;
  }

  /** A picture for a person to look at; only where a folder for them is named. */
  async shot(name) {
    if (process.env.CAPSTAN_SHOTS) {
      await this.page.screenshot({ path: join(process.env.CAPSTAN_SHOTS, `${name}.png`) });
    }
  }

  async close() {
    await this.context.close();
    await rm(this.profile, { recursive: true, force: true });
  }
}
