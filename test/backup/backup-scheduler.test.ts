import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, getPriority } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BackupLog } from '../../src/backup/core/log';
import { readLog } from '../../src/backup/core/log-reader';
import {
  BackupScheduler,
  HURRIED_MS,
  PAUSES as DEFAULT_PAUSES,
  type SchedulerOptions,
  timeLimitForBackups,
} from '../../src/backup/schedule/backup-scheduler';
import type { WorkerReport } from '../../src/backup/schedule/worker-report';
import { startScript } from '../support/child';
import { placeBackup } from './backup-files';
import { startChild } from './child';
import { allProcesses, type ProcessInfo } from '../support/processes';
import { openBench, operate, temporaryFolder, waitFor } from './support';

let folder: string;
let reports: WorkerReport[];
let scheduler: BackupScheduler;
beforeEach(() => {
  folder = temporaryFolder();
  reports = [];
});
afterEach(async () => {
  release();
  await scheduler.stop();
  rmSync(folder, { recursive: true });
});

const at = (name: string): string => path.join(folder, name);
const release = (): void => {
  writeFileSync(at('go'), '');
};
/** What the started processes were asked for, in order. */
const asked = (): { trigger: string; force: boolean }[] =>
  existsSync(at('asked'))
    ? readFileSync(at('asked'), 'utf8')
        .split('\n')
        // Behind the last line end: nothing, or half a line.
        .slice(0, -1)
        .map((line) => JSON.parse(line) as { trigger: string; force: boolean })
    : [];
const REPORT = { problem: null, published: ['x.sql'], rotated: [], warnings: [] };

/** A process in the place of the backup's: it notes what it was asked for, waits for the file "go", and ends like `end`. */
function worker(end: string): string[] {
  writeFileSync(
    at('worker.js'),
    `const fs = require('node:fs');
     console.log("begun");
     const input = fs.readFileSync(0, 'utf8');
     fs.appendFileSync(${JSON.stringify(at('asked'))}, input + '\\n');
     const timer = setInterval(() => {
       if (!fs.existsSync(${JSON.stringify(at('go'))})) return;
       clearInterval(timer);
       ${end}
     }, 5);`,
  );
  return [process.execPath, at('worker.js')];
}

const succeed = `console.log(${JSON.stringify(JSON.stringify(REPORT))});`;
const fail = `console.log('{"problem":"No.","published":[],"rotated":[],"warnings":[]}'); process.exitCode = 1;`;

function make(
  command: readonly string[],
  change: { [K in keyof SchedulerOptions]?: SchedulerOptions[K] | undefined } = {},
): BackupScheduler {
  scheduler = new BackupScheduler({
    command,
    input: (request) => JSON.stringify(request),
    log: new BackupLog(at('log')),
    onOutcome: (report) => reports.push(report),
    pauses: { firstMs: 20, longestMs: 200, random: () => 0.5 },
    ...change,
  });
  return scheduler;
}

const messages = async (): Promise<string[]> =>
  (await readLog(at('log'), 100)).map(({ level, message }) => `${level} ${message}`);

test('a request starts one process, and its report comes back', async () => {
  release();
  const { problem } = make(worker(succeed));
  expect([scheduler.running, problem]).toEqual([false, null]);
  scheduler.request('OPERATION');
  expect(scheduler.running).toBe(true);
  await scheduler.idle();
  expect([scheduler.running, scheduler.problem]).toEqual([false, null]);
  expect(asked()).toEqual([{ trigger: 'OPERATION', force: false }]);
  expect(reports).toEqual([REPORT]);
});

test('a hundred requests while one runs lead to exactly one more', async () => {
  make(worker(succeed)).request('OPERATION');
  await waitFor('the first process', () => asked().length === 1);
  for (let i = 0; i < 100; i++) scheduler.request('OPERATION');
  release();
  await scheduler.idle();
  expect(asked()).toHaveLength(2);
});

test('a hundred requests at once lead to one process', async () => {
  release();
  make(worker(succeed));
  for (let i = 0; i < 100; i++) scheduler.request('OPERATION');
  await scheduler.idle();
  expect(asked()).toHaveLength(1);
});

test('a person’s request is not lost among others', async () => {
  make(worker(succeed)).request('OPERATION');
  await waitFor('the first process', () => asked().length === 1);
  scheduler.request('OPERATION');
  scheduler.request('MANUAL', { force: true });
  scheduler.request('OPERATION');
  release();
  await scheduler.idle();
  expect(asked()[1]).toEqual({ trigger: 'MANUAL', force: true });
});

test('a failure is kept as the problem and tried again with growing pauses until it succeeds', async () => {
  release();
  make(worker(`if (fs.existsSync(${JSON.stringify(at('mended'))})) { ${succeed} } else { ${fail} }`));
  scheduler.request('MANUAL', { force: true });
  await waitFor('five failures', () => reports.length >= 5);
  expect(scheduler.problem).toBe('No.');
  writeFileSync(at('mended'), '');
  await waitFor('the recovery', () => scheduler.problem === null);
  expect(new Set(asked().map((each) => JSON.stringify(each)))).toEqual(new Set(['{"trigger":"MANUAL","force":true}']));
  const pauses = (await messages()).map((line) => Number(/in ([\d.]+) s/.exec(line)?.[1]));
  expect(pauses.slice(0, 5)).toEqual([0.0, 0.0, 0.1, 0.2, 0.2]);
  expect(reports.at(-1)).toEqual(REPORT);
  // A later failure begins with the short pause again.
  rmSync(at('mended'));
  scheduler.request('OPERATION');
  await waitFor('another failure', () => scheduler.problem !== null);
  expect((await messages()).at(-1)).toMatch(/tried again in 0\.0 s \(1 failed\): No\.$/);
});

const NEVER = { firstMs: 600_000, longestMs: 600_000 };

test('while it fails, what is only still missing does not hurry it, but a person does', async () => {
  release();
  make(worker(fail), { pauses: NEVER, hurriedMs: 0 }).request('OPERATION');
  await scheduler.idle();
  for (let i = 0; i < 10; i++) scheduler.request('OPERATION');
  await pause(50);
  expect(scheduler.running).toBe(false);
  scheduler.request('MANUAL', { force: true });
  await scheduler.idle();
  expect(asked()).toHaveLength(2);
});

test('a stream of fresh commits after a failure hurries the next try, with no more than one in that time', async () => {
  release();
  make(worker(fail), { pauses: NEVER, hurriedMs: 400 }).request('OPERATION');
  await scheduler.idle();
  const begun = performance.now();
  const commits = setInterval(() => {
    scheduler.request('OPERATION', { fresh: true });
  }, 10);
  await waitFor('three more tries', () => asked().length === 4);
  clearInterval(commits);
  expect(performance.now() - begun).toBeGreaterThan(3 * 400);
});

test('what commits during a try that fails hurries the next one', async () => {
  make(worker(fail), { pauses: NEVER, hurriedMs: 50 }).request('OPERATION');
  await waitFor('the first process', () => asked().length === 1);
  scheduler.request('OPERATION', { fresh: true });
  release();
  await waitFor('the next try', () => asked().length === 2);
});

test('by default, pauses grow from a second to five minutes, and a fresh commit after them waits 5 s at most', async () => {
  release();
  make(worker(fail), { pauses: undefined }).request('OPERATION');
  await scheduler.idle();
  const [, seconds] = /tried again in ([\d.]+) s/.exec((await messages()).join('\n')) ?? [];
  expect(Number(seconds)).toBeGreaterThanOrEqual(0.7);
  expect(Number(seconds)).toBeLessThanOrEqual(1.3);
  expect(DEFAULT_PAUSES).toEqual({ firstMs: 1_000, longestMs: 300_000 });
  expect(HURRIED_MS).toBe(5_000);
});

test('the process runs at low priority', async () => {
  make(worker(succeed)).request('OPERATION');
  await waitFor('the process', () => asked().length === 1);
  const [mine] = allProcesses().filter((each) => each.command.includes(at('worker.js')));
  expect(getPriority(mine?.pid)).toBe(constants.priority.PRIORITY_BELOW_NORMAL);
  expect(execFileSync('ionice', ['-p', String(mine?.pid)], { encoding: 'utf8' })).toMatch(/^idle/);
});

test('a backup may take a quarter of an hour, or four times what the last one took', async () => {
  const { leastMs, allowedMs } = timeLimitForBackups(folder);
  expect([leastMs, await allowedMs()]).toEqual([900_000, 900_000]);
  placeBackup(folder, new Date('2026-11-23T01:02:03Z'), { durationMs: 600_000 });
  expect(await allowedMs()).toBe(2_400_000);
});

test('what is handed over goes on by itself, and what was asked for meanwhile gets one more process', async () => {
  make(worker(succeed)).request('OPERATION');
  await waitFor('the first process', () => asked().length === 1);
  scheduler.request('OPERATION');
  scheduler.request('OPERATION');
  await scheduler.handOver();
  expect(scheduler.running).toBe(false);
  scheduler.request('OPERATION');
  await waitFor('the second process', () => asked().length === 2);
  const ours = (): ProcessInfo[] => allProcesses().filter((each) => each.command.includes(at('worker.js')));
  expect(ours()).toHaveLength(2);
  release();
  await waitFor('their end', () => ours().length === 0);
  expect(asked()).toHaveLength(2);
  expect(reports).toEqual([]);
});

test('what was asked for just before is handed over as well', async () => {
  release();
  make(worker(succeed)).request('MANUAL', { force: true });
  await scheduler.handOver();
  await waitFor('the process', () => asked().length === 1);
  expect(asked()).toEqual([{ trigger: 'MANUAL', force: true }]);
});

test.each<[string, string, RegExp]>([
  ['ends with a status and no report', 'process.exit(7);', /^The backup process ended with status 7\.$/],
  ['is killed', "process.kill(process.pid, 'SIGKILL');", /^The backup process was ended by SIGKILL\.$/],
  ['crashes', "throw new Error('out of luck');", /^The backup process ended with status 1: Error: out of luck\.$/],
  ['reports nonsense', "console.log('{}');", /^The backup process ended with status 0\.$/],
  ['claims success and fails', `${succeed} process.exitCode = 3;`, /^The backup process ended with status 3\.$/],
])('a process that %s is a failure in words, in the log too', async (_, end, problem) => {
  release();
  make(worker(end), { pauses: { firstMs: 600_000, longestMs: 600_000 } }).request('OPERATION');
  await scheduler.idle();
  expect(scheduler.problem).toMatch(problem);
  expect((await messages())[0]).toBe(`ERROR ${scheduler.problem ?? ''}`);
});

test('a program that cannot be started is a failure, never an exception', async () => {
  make(['/nowhere/node'], { pauses: { firstMs: 600_000, longestMs: 600_000 } }).request('OPERATION');
  await scheduler.idle();
  expect(scheduler.problem).toMatch(/^The backup process /);
});

test('an input or a listener that throws is a failure, never an exception', async () => {
  release();
  const throwing = (): never => {
    throw new Error('out of luck');
  };
  const slow = { pauses: { firstMs: 600_000, longestMs: 600_000 } };
  make(worker(succeed), { ...slow, input: throwing }).request('OPERATION');
  await scheduler.idle();
  expect(scheduler.problem).toBe('The backup process could not be started: out of luck.');
  make(worker(succeed), { ...slow, onOutcome: throwing }).request('OPERATION');
  await scheduler.idle();
  expect(scheduler.problem).toBeNull();
});

test('what is still pending when a process ends leads to the next, but holds up no stop', async () => {
  const report = (pending: number): string => `console.log(${JSON.stringify(JSON.stringify({ ...REPORT, pending }))});`;
  make(worker(`if (fs.existsSync(${JSON.stringify(at('quiet'))})) { ${report(0)} } else { ${report(3)} }`));
  release();
  scheduler.request('OPERATION');
  await waitFor('the third process', () => asked().length >= 3);
  writeFileSync(at('quiet'), '');
  await scheduler.idle();
  expect(scheduler.running).toBe(false);
  rmSync(at('quiet'));
  scheduler.request('OPERATION');
  await scheduler.stop();
  expect([scheduler.running, scheduler.problem]).toEqual([false, null]);
});

test('a process that hangs is a problem, until it ends after all', async () => {
  make(worker(succeed), { timeLimit: { leastMs: 10, allowedMs: () => Promise.resolve(50) } }).request('OPERATION');
  await waitFor('the problem', () => scheduler.problem !== null);
  const problem =
    'The backup that runs has not ended after 0 minutes: see whether the disk and the database server answer.';
  expect([scheduler.problem, scheduler.running]).toEqual([problem, true]);
  expect(await messages()).toEqual([`ERROR ${problem}`]);
  expect(reports).toEqual([{ problem, published: [], rotated: [], warnings: [] }]);
  release();
  await scheduler.idle();
  expect(scheduler.problem).toBeNull();
  expect(reports).toHaveLength(2);
});

test('no stop waits for a process that hangs', async () => {
  make(worker(succeed), { timeLimit: { leastMs: 10, allowedMs: () => Promise.resolve(50) } }).request('OPERATION');
  await waitFor('the problem', () => scheduler.problem !== null);
  await scheduler.stop();
  expect(scheduler.running).toBe(false);
});

test('a server that has no file descriptor left says so, and goes on', async () => {
  scheduler = make(worker(succeed));
  const script = path.join(__dirname, 'starved-server.ts');
  const outcomes = JSON.parse(await startScript(script, {}, ['prlimit', '--nofile=100']).ended) as unknown;
  expect(outcomes).toEqual([
    null,
    expect.stringMatching(/^The backup process could not be started: too many open files/),
    null,
  ]);
});

test('stopping serves what was asked for and takes no more', async () => {
  make(worker(succeed)).request('OPERATION');
  await waitFor('the first process', () => asked().length === 1);
  scheduler.request('OPERATION');
  const stopped = scheduler.stop();
  scheduler.request('OPERATION');
  release();
  await stopped;
  expect(asked()).toHaveLength(2);
  scheduler.request('OPERATION');
  expect(scheduler.running).toBe(false);
});

test('stopping does not wait for a try that is yet to come', async () => {
  release();
  make(worker(fail), { pauses: { firstMs: 600_000, longestMs: 600_000 } }).request('OPERATION');
  await scheduler.idle();
  await scheduler.stop();
  expect(scheduler.problem).toBe('No.');
});

test('what the process is told stands in no argument and no environment', async () => {
  const secret = 'a secret that stands nowhere';
  make(worker(succeed), { input: () => JSON.stringify({ secret }) }).request('OPERATION');
  await waitFor('the process', () => asked().length === 1);
  const mine = allProcesses().filter((each) => each.command.includes(at('worker.js')));
  expect(mine).toHaveLength(1);
  expect(mine[0]?.environment).not.toContain('TEST_DATABASE_URL');
  for (const each of allProcesses()) expect(each.command + each.environment).not.toContain(secret);
  release();
  await scheduler.idle();
});

test('the process outlives the one that asked for it', async () => {
  const bench = await openBench();
  try {
    await operate(bench.database);
    const { settings, address } = bench.dependencies;
    // A server that starts a real backup and is killed at once.
    const child = startChild({
      dependencies: { settings, address },
      request: { trigger: 'OPERATION', force: false },
      asServer: true,
    });
    const backups = (): ProcessInfo[] =>
      allProcesses().filter((each) => each.command.includes('backup-process.ts') && each.parent === child.pid);
    // It is known to have read what it was told.
    await waitFor('the backup process', () => backups().length === 1 && existsSync(settings.logFile));
    const [backup] = backups();
    await child.end();
    await waitFor('the backup', () => existsSync(settings.directory) && bench.files().length === 1);
    await waitFor('its end', () => allProcesses().every(({ pid }) => pid !== backup?.pid));
    expect(await bench.litter()).toEqual([]);
  } finally {
    await bench.close();
  }
});

/** The processes that were started for this test's folder. */
const workers = (): ProcessInfo[] => allProcesses().filter(({ command }) => command.includes(at('worker.js')));

test('a process that waits in advance takes the next request, and another one waits when it has ended', async () => {
  release();
  make(worker(succeed)).keepReady();
  const [spare] = await waitFor('a process that waits', () => (workers().length === 1 ? workers() : null));
  expect(asked()).toEqual([]);
  scheduler.request('OPERATION');
  await waitFor('what it was asked for', () => asked().length === 1);
  await scheduler.idle();
  expect(reports).toEqual([REPORT]);
  const [next] = await waitFor('the next one', () => (workers().length === 1 ? workers() : null));
  expect(next?.pid).not.toBe(spare?.pid);
  await scheduler.stop();
  await waitFor('the end of the one that waits', () => workers().length === 0);
  // Nobody asked it for anything.
  expect(asked()).toHaveLength(1);
});

test('where the process that waits was killed, another one takes the request', async () => {
  release();
  make(worker(succeed)).keepReady();
  const [spare] = await waitFor('a process that waits', () => (workers().length === 1 ? workers() : null));
  process.kill(spare?.pid ?? 0, 'SIGKILL');
  // Until then it has ended and nobody has been told.
  await waitFor('word of its end', () => !existsSync(`/proc/${spare?.pid}`));
  scheduler.request('OPERATION');
  await scheduler.idle();
  expect(reports).toEqual([REPORT]);
});

test('what is handed over has begun, and the process that waits ends', async () => {
  make(worker(succeed)).keepReady();
  await waitFor('a process that waits', () => workers().length === 1);
  scheduler.request('OPERATION');
  await scheduler.handOver();
  expect(workers()).toHaveLength(1);
  release();
  await waitFor('the end of all', () => workers().length === 0);
  expect(asked()).toHaveLength(1);
});
