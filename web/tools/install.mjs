// SPDX-License-Identifier: MIT
// Brings node_modules to what package-lock.json says, once per lock file. Several build folders share
// one source folder, so two builds may come here at once: a lock folder lets one of them work.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.capstan-stamp');
const lock = join(root, '.install-lock');
// An installation takes seconds; a lock this old belongs to a build that was killed.
const lockLifeMs = 10 * 60 * 1000;

function wanted() {
    const hash = createHash('sha256');
    hash.update(readFileSync(join(root, 'package-lock.json')));
    hash.update(`${process.platform}-${process.arch}`);
    return hash.digest('hex');
}

function installed() {
    try {
        return readFileSync(stamp, 'utf8');
    } catch {
        return '';
    }
}

function takeLock() {
    try {
        mkdirSync(lock);
        return true;
    } catch {
        try {
            if (Date.now() - statSync(lock).mtimeMs > lockLifeMs) {
                rmdirSync(lock);
            }
        } catch {
            // The other build just let go of it.
        }
        return false;
    }
}

async function main() {
    while (installed() !== wanted()) {
        if (!takeLock()) {
            await new Promise((resolve) => setTimeout(resolve, 250));
            continue;
        }
        try {
            const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
                { cwd: root, stdio: 'inherit' });
            if (npm.status !== 0) {
                console.error('web: npm ci failed; see its words above');
                return 1;
            }
            writeFileSync(stamp, wanted());
        } finally {
            rmdirSync(lock);
        }
    }
    return 0;
}

process.exitCode = await main();
