// SPDX-License-Identifier: MIT
// Bundles test/*.test.ts and runs them with node's own test runner (Node 18 reads no TypeScript).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const installed = spawnSync(process.execPath, [join(root, 'tools/install.mjs')], { stdio: 'inherit' });
if (installed.status !== 0) {
    process.exit(1);
}
const { build } = await import('esbuild');
const out = mkdtempSync(join(tmpdir(), 'capstan-web-test-'));
try {
    const names = readdirSync(join(root, 'test')).filter((name) => name.endsWith('.test.ts'));
    await build({
        absWorkingDir: root, entryPoints: names.map((name) => `test/${name}`), outdir: out, bundle: true,
        platform: 'node', format: 'esm', outExtension: { '.js': '.mjs' }, logLevel: 'warning',
        jsx: 'automatic', jsxImportSource: 'preact', define: { LOG_WORKER_URL: '""' },
    });
    const files = names.map((name) => join(out, name.replace(/\.ts$/, '.mjs')));
    const run = spawnSync(process.execPath, ['--test', ...files], { stdio: 'inherit' });
    process.exitCode = run.status ?? 1;
} finally {
    rmSync(out, { recursive: true, force: true });
}
