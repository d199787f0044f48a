import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { findProgram } from '../../src/database/host/programs';
import { Running } from '../process/programs';
import { CLIENTS } from '../support/engine';
import { program } from '../support/programs';
import { waitFor } from '../support/wait';
import { contentOf, openBench, type Bench } from './support';

/** How a line of progress ends, with the seconds. */
const PROGRESS = /([\w .-]+) \.\.\.(?: \d+ %,)? (\d+) s/g;
const QUESTION = /Restore \S+ now\? Type yes to go on: /;

let bench: Bench;
let folder: string;
const started: Running[] = [];

beforeAll(async () => {
  bench = await openBench();
  folder = mkdtempSync(path.join(tmpdir(), 'restore-terminal-'));
  await bench.operate(3);
  await bench.backUp();
});
beforeEach(async () => {
  if ((await bench.newest()) < 4) await bench.operate(1);
});
afterEach(async () => {
  for (const running of started.splice(0)) await running.end('SIGKILL');
});
afterAll(async () => {
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The command with that before it, and with the folder's programs before all others. */
function start(file: string, args: string[]): Running {
  const child = spawn(file, args, {
    cwd: folder,
    env: {
      PATH: `${folder}:${process.env.PATH ?? ''}`,
      HOME: folder,
      DATABASE_URL: bench.ledger.database.url,
      STORAGE_DIR: bench.storageDir,
      BACKUP_VERIFY: 'checksum',
    },
  });
  const running = new Running(child);
  started.push(running);
  return running;
}

const COMMAND = [process.execPath, program('cli/db-restore')];

/** Runs it on a terminal of its own; standard output and standard error are one there. */
function onTerminal(...args: string[]): Running & { type(text: string): void } {
  const running = start('script', ['-qefc', ['exec', ...COMMAND, ...args].join(' '), '/dev/null']);
  return Object.assign(running, { type: (text: string) => running.child.stdin?.write(text) });
}

async function state(): Promise<unknown> {
  return [await contentOf(bench.query, bench.name), await bench.backups(), await bench.litter()];
}

test.each([
  ['no', 'no\r'],
  ['nothing', '\r'],
  ['what is no clear yes', 'yes, but later\r'],
  ['Ctrl-C', '\x03'],
  ['Ctrl-D', '\x04'],
])('it asks, and %s changes nothing', async (_what, answer) => {
  const before = await state();
  const terminal = onTerminal('--latest');
  await terminal.said(QUESTION);
  expect(terminal.stdout).toMatch(/^Restore plan\r\n[^]* gone +\d operations?\r\n/);
  terminal.type(answer);
  const { code, stdout } = await terminal.ended;
  expect(stdout).toMatch(/\nNothing was changed\.\r\n$/);
  expect(code).toBe(1);
  expect(await state()).toEqual(before);
});

test('it asks, and yes means the plan that was shown: no operation goes that is not in it', async () => {
  const terminal = onTerminal('--latest');
  await terminal.said(QUESTION);
  await bench.operate(1);
  const newest = await bench.newest();
  terminal.type('yes\r');
  const { code, stdout } = await terminal.ended;
  expect(stdout).toMatch(/\nThe operations of \S+ changed after the plan was printed, so nothing was done: .*\r\n$/);
  expect(code).toBe(1);
  expect(await bench.newest()).toBe(newest);
});

test('it asks, and yes restores', async () => {
  const terminal = onTerminal('--latest');
  await terminal.said(QUESTION);
  expect(await bench.newest()).toBeGreaterThan(3);
  terminal.type('yes\r');
  const { code, stdout } = await terminal.ended;
  expect(stdout).toContain(`Restored ${bench.name}: operations up to 3.`);
  expect(code).toBe(0);
  expect(await bench.newest()).toBe(3);
});

test('what takes longer than two seconds is told, on a terminal alone', async () => {
  const hold = holdClient();
  const piped = start(COMMAND[0] ?? '', [...COMMAND.slice(1), '--latest', '--into=restored_piped', '--yes']);
  try {
    await waitFor('the first restore to load', hold.isHeld);
    // It waits for the first, which has been at work for longer.
    const terminal = onTerminal('--latest', '--into=restored_terminal', '--yes');
    await terminal.said(/Waiting for a backup that runs \.\.\. \d+ s/);
    expect(piped.stderr).toMatch(/^Restore plan\n/);
    hold.end();
    const ends = [await piped.ended, await terminal.ended];
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    expect(piped.stderr).not.toMatch(PROGRESS);
    expect(piped.stderr).not.toContain('\r');
    const told = [...terminal.stdout.matchAll(PROGRESS)];
    for (const [, , seconds] of told) expect(Number(seconds)).toBeGreaterThanOrEqual(2);
    // The line is gone when the result is told.
    expect(terminal.stdout).toMatch(/Restored restored_terminal: operations up to \d+\.\r\n$/);
    const beforeResult = terminal.stdout.slice(0, terminal.stdout.lastIndexOf('Restored '));
    expect(beforeResult.endsWith('\r\x1b[K')).toBe(true);
  } finally {
    for (const name of ['restored_piped', 'restored_terminal']) await bench.query('DROP DATABASE IF EXISTS ??', [name]);
  }
});

test('a copy waits for another one that somebody is asked about, says so, and heeds Ctrl-C', async () => {
  const [backup] = await bench.backups();
  const copy = path.join(folder, 'copy.sql.gz');
  writeFileSync(copy, gzipSync(readFileSync(backup?.path ?? '')));
  const asked = onTerminal(copy);
  await asked.said(QUESTION);
  const second = onTerminal(copy);
  await second.said(/Waiting for another restore or verification to end \.\.\. \d+ s/);
  second.type('\x03');
  const { code, stdout } = await second.ended;
  expect(stdout.endsWith('\x1b[KThe restore was stopped: the live database is as it was.\r\n')).toBe(true);
  expect(code).toBe(1);
  asked.type('no\r');
  expect((await asked.ended).stdout).toMatch(/\nNothing was changed\.\r\n$/);
});

/** Puts a client before the stock one that waits until `end`. */
function holdClient(): { isHeld: () => boolean; end: () => void } {
  const [held, go] = ['held', 'go'].map((name) => path.join(folder, name)) as [string, string];
  const real = findProgram([CLIENTS.restore]) ?? '';
  const wait = `touch ${held}; while [ ! -e ${go} ]; do sleep 0.05; done`;
  const script = `#!/bin/sh\ncase "$*" in *--version*) ;; *) ${wait};; esac\nexec ${real} "$@"\n`;
  writeFileSync(path.join(folder, CLIENTS.restore), script, { mode: 0o755 });
  return {
    isHeld: () => existsSync(held),
    end: () => {
      writeFileSync(go, '');
    },
  };
}
