// SPDX-License-Identifier: MIT
// node tools/build.mjs [DIST]: type check, bundle, precompress, and list the files for Qt's rcc.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { xtermPatch } from './xtermpatch.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = resolve(process.argv[2] ?? join(root, 'dist'));
const assets = join(dist, 'assets');

const common = {
    absWorkingDir: root,
    bundle: true,
    minify: true,
    target: ['es2021'],
    outdir: assets,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    metafile: true,
    logLevel: 'warning',
    legalComments: 'eof',
};

function typeCheck() {
    const tsc = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit',
        '-p', join(root, 'tsconfig.json')], { stdio: 'inherit' });
    if (tsc.status !== 0) {
        process.exit(1);
    }
}

function outputOf(result, entry) {
    const [path, output] = Object.entries(result.metafile.outputs).find(([, o]) => o.entryPoint === entry);
    return { script: basename(path), style: output.cssBundle ? basename(output.cssBundle) : '' };
}

function hashedCopy(name) {
    const bytes = readFileSync(join(root, 'static', name));
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8).toUpperCase();
    const target = name.replace(/(\.\w+)$/, `-${hash}$1`);
    writeFileSync(join(assets, target), bytes);
    return target;
}

async function bundle() {
    const worker = await build({ ...common, entryPoints: ['src/log/worker.ts'], format: 'iife' });
    const workerName = outputOf(worker, 'src/log/worker.ts').script;
    const app = await build({
        ...common, entryPoints: ['src/app.tsx'], format: 'esm', splitting: true,
        jsx: 'automatic', jsxImportSource: 'preact', plugins: [xtermPatch(root)],
        define: { LOG_WORKER_URL: JSON.stringify(`/assets/${workerName}`) },
    });
    return outputOf(app, 'src/app.tsx');
}

function writeIndex({ script, style }) {
    const page = readFileSync(join(root, 'static/index.html'), 'utf8')
        .replace('{{script}}', `/assets/${script}`)
        .replace('{{style}}', `/assets/${style}`)
        .replace('{{favicon}}', `/assets/${hashedCopy('favicon.svg')}`);
    writeFileSync(join(dist, 'index.html'), page);
}

function compress(path) {
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
}

function writeResourceList(names) {
    const rows = names.flatMap((name) => [name, `${name}.gz`])
        .map((name) => `    <file alias="${name}">${name}</file>`);
    writeFileSync(join(dist, 'web.qrc'),
        `<RCC>\n  <qresource prefix="/web">\n${rows.join('\n')}\n  </qresource>\n</RCC>\n`);
}

typeCheck();
rmSync(assets, { recursive: true, force: true });
mkdirSync(assets, { recursive: true });
writeIndex(await bundle());
const names = ['index.html', ...readdirSync(assets).sort().map((name) => `assets/${name}`)];
for (const name of names) {
    compress(join(dist, name));
}
writeResourceList(names);
