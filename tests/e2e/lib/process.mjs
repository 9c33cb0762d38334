// SPDX-License-Identifier: MIT
// Real child processes: started, waited for by what they say, and always ended.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export class Program {
  constructor(command, args, { env = {}, cwd } = {}) {
    this.output = '';
    this.child = spawn(command, args, {
      cwd,
      env: { PATH: process.env.PATH, HOME: cwd ?? process.env.HOME, LANG: 'C.UTF-8', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.listeners = new Set();
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        this.output += text;
        for (const listener of this.listeners) listener();
      });
    }
    this.ended = once(this.child, 'close').then(([code, signal]) => {
      this.exit = { code, signal };
      for (const listener of this.listeners) listener();
      return this.exit;
    });
  }

  get pid() {
    return this.child.pid;
  }

  /** Resolves with the match once the output holds `pattern`; fails when the program ends first. */
  async says(pattern, timeoutMs = 20_000) {
    return new Promise((resolve, reject) => {
      const done = (finish, value) => {
        clearTimeout(timer);
        this.listeners.delete(look);
        finish(value);
      };
      const fail = (why) =>
        done(reject, new Error(`${why} while waiting for ${pattern}\n${this.output.slice(-4000)}`));
      const look = () => {
        const match = pattern.exec(this.output);
        if (match) done(resolve, match);
        else if (this.exit) fail(`ended with ${JSON.stringify(this.exit)}`);
      };
      const timer = setTimeout(() => fail('timed out'), timeoutMs);
      this.listeners.add(look);
      look();
    });
  }

  async stop(signal = 'SIGTERM') {
    if (!this.exit) this.child.kill(signal);
    return this.ended;
  }
}

/** Runs a command to its end; throws with its output when it fails. */
export async function run(command, args, options = {}) {
  const program = new Program(command, args, options);
  const exit = await program.ended;
  if (exit.code !== 0) {
    throw new Error(`${command} ${args.join(' ')}: ${JSON.stringify(exit)}\n${program.output}`);
  }
  return program.output;
}
