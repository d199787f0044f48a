import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { endWith, say, SetupError } from './processes.mjs';
import { setup } from './setup.mjs';

// Lint, format and types side by side, then the tests: without a path, those that test/long.js does not name. Arguments
// go to jest.
const root = fileURLToPath(new URL('..', import.meta.url));
const running = new Set();

function start(program, args, stdio, env = process.env) {
  const child = spawn(process.execPath, [join(root, 'node_modules', program), ...args], { cwd: root, stdio, env });
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
}

/** Runs one step; its output is shown only when it fails. */
function step(name, program, args) {
  const began = performance.now();
  const child = start(program, args, ['ignore', 'pipe', 'pipe']);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.once('close', (code) => {
      if (code !== 0) return reject(new SetupError(`Failed: ${name}.`, output));
      say(`${name.padEnd(8)}ok  ${((performance.now() - began) / 1000).toFixed(1)} s`);
      resolve();
    });
  });
}

function jest() {
  const ci = process.env.CI ? ['--ci'] : [];
  const args = process.argv.slice(2);
  const part = args.every((arg) => arg.startsWith('-')) ? { TEST_PART: 'short' } : {};
  const child = start('jest/bin/jest.js', [...ci, ...args], 'inherit', { ...part, ...process.env });
  return new Promise((resolve, reject) => {
    child.once('close', (code) => (code === 0 ? resolve() : reject(new SetupError('Failed: tests.'))));
  });
}

await setup({ dev: true, embedded: true });
try {
  await Promise.all([
    step('lint', 'eslint/bin/eslint.js', ['.']),
    step('format', 'prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.']),
    step('types', 'typescript/bin/tsc', ['--noEmit']),
    step('console', 'typescript/bin/tsc', ['-p', 'console']),
  ]);
  await jest();
} catch (error) {
  for (const child of running) child.kill();
  endWith(error);
}
