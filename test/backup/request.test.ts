import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BackupLog } from '../../src/backup/log';
import { readLog } from '../../src/backup/log-reader';
import { BackupRequester, type RequesterOptions } from '../../src/backup/request';
import type { WorkerReport } from '../../src/backup/worker-report';
import { startScript } from '../support/child';
import { startChild } from './child';
import { allProcesses, type ProcessInfo } from '../support/processes';
import { openBench, operate, temporaryFolder, waitFor } from './support';

let folder: string;
let reports: WorkerReport[];
let requester: BackupRequester;
beforeEach(() => {
  folder = temporaryFolder();
  reports = [];
});
afterEach(async () => {
  release();
  await requester.stop();
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

function make(command: readonly string[], change: Partial<RequesterOptions> = {}): BackupRequester {
  requester = new BackupRequester({
    command,
    input: (request) => JSON.stringify(request),
    log: new BackupLog(at('log')),
    onOutcome: (report) => reports.push(report),
    pauses: { firstMs: 20, longestMs: 200, random: () => 0.5 },
    ...change,
  });
  return requester;
}

const messages = async (): Promise<string[]> =>
  (await readLog(at('log'), 100)).map(({ level, message }) => `${level} ${message}`);

test('a request starts one process, and its report comes back', async () => {
  release();
  const { problem } = make(worker(succeed));
  expect([requester.running, problem]).toEqual([false, null]);
  requester.request('OPERATION');
  expect(requester.running).toBe(true);
  await requester.idle();
  expect([requester.running, requester.problem]).toEqual([false, null]);
  expect(asked()).toEqual([{ trigger: 'OPERATION', force: false }]);
  expect(reports).toEqual([REPORT]);
});

test('a hundred requests while one runs lead to exactly one more', async () => {
  make(worker(succeed)).request('OPERATION');
  await waitFor('the first process', () => asked().length === 1);
  for (let i = 0; i < 100; i++) requester.request('OPERATION');
  release();
  await requester.idle();
  expect(asked()).toHaveLength(2);
});

test('a hundred requests at once lead to one process', async () => {
  release();
  make(worker(succeed));
  for (let i = 0; i < 100; i++) requester.request('OPERATION');
  await requester.idle();
  expect(asked()).toHaveLength(1);
});

test('a person’s request is not lost among others', async () => {
  make(worker(succeed)).request('OPERATION');
  await waitFor('the first process', () => asked().length === 1);
  requester.request('OPERATION');
  requester.request('MANUAL', { force: true });
  requester.request('OPERATION');
  release();
  await requester.idle();
  expect(asked()[1]).toEqual({ trigger: 'MANUAL', force: true });
});

test('a failure is kept as the problem and tried again with growing pauses until it succeeds', async () => {
  release();
  make(worker(`if (fs.existsSync(${JSON.stringify(at('mended'))})) { ${succeed} } else { ${fail} }`));
  requester.request('MANUAL', { force: true });
  await waitFor('five failures', () => reports.length >= 5);
  expect(requester.problem).toBe('No.');
  writeFileSync(at('mended'), '');
  await waitFor('the recovery', () => requester.problem === null);
  expect(new Set(asked().map((each) => JSON.stringify(each)))).toEqual(new Set(['{"trigger":"MANUAL","force":true}']));
  const pauses = (await messages()).map((line) => Number(/in ([\d.]+) s/.exec(line)?.[1]));
  expect(pauses.slice(0, 5)).toEqual([0.0, 0.0, 0.1, 0.2, 0.2]);
  expect(reports.at(-1)).toEqual(REPORT);
  // A later failure begins with the short pause again.
  rmSync(at('mended'));
  requester.request('OPERATION');
  await waitFor('another failure', () => requester.problem !== null);
  expect((await messages()).at(-1)).toMatch(/tried again in 0\.0 s \(1 failed\): No\.$/);
});

test('while it fails, operations do not hurry it, but a person does', async () => {
  release();
  make(worker(fail), { pauses: { firstMs: 600_000, longestMs: 600_000 } }).request('OPERATION');
  await requester.idle();
  for (let i = 0; i < 10; i++) requester.request('OPERATION');
  expect(requester.running).toBe(false);
  requester.request('MANUAL', { force: true });
  await requester.idle();
  expect(asked()).toHaveLength(2);
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
  await requester.idle();
  expect(requester.problem).toMatch(problem);
  expect((await messages())[0]).toBe(`ERROR ${requester.problem ?? ''}`);
});

test('a program that cannot be started is a failure, never an exception', async () => {
  make(['/nowhere/node'], { pauses: { firstMs: 600_000, longestMs: 600_000 } }).request('OPERATION');
  await requester.idle();
  expect(requester.problem).toMatch(/^The backup process /);
});

test('an input or a listener that throws is a failure, never an exception', async () => {
  release();
  const throwing = (): never => {
    throw new Error('out of luck');
  };
  const slow = { pauses: { firstMs: 600_000, longestMs: 600_000 } };
  make(worker(succeed), { ...slow, input: throwing }).request('OPERATION');
  await requester.idle();
  expect(requester.problem).toBe('The backup process could not be started: out of luck.');
  make(worker(succeed), { ...slow, onOutcome: throwing }).request('OPERATION');
  await requester.idle();
  expect(requester.problem).toBeNull();
});

test('what is still pending when a process ends leads to the next, but holds up no stop', async () => {
  const report = (pending: number): string => `console.log(${JSON.stringify(JSON.stringify({ ...REPORT, pending }))});`;
  make(worker(`if (fs.existsSync(${JSON.stringify(at('quiet'))})) { ${report(0)} } else { ${report(3)} }`));
  release();
  requester.request('OPERATION');
  await waitFor('the third process', () => asked().length >= 3);
  writeFileSync(at('quiet'), '');
  await requester.idle();
  expect(requester.running).toBe(false);
  rmSync(at('quiet'));
  requester.request('OPERATION');
  await requester.stop();
  expect([requester.running, requester.problem]).toEqual([false, null]);
});

test('a process that hangs is a problem, until it ends after all', async () => {
  make(worker(succeed), { patience: { leastMs: 10, allowedMs: () => Promise.resolve(50) } }).request('OPERATION');
  await waitFor('the problem', () => requester.problem !== null);
  const problem =
    'The backup that runs has not ended after 0 minutes: see whether the disk and the database server answer.';
  expect([requester.problem, requester.running]).toEqual([problem, true]);
  expect(await messages()).toEqual([`ERROR ${problem}`]);
  expect(reports).toEqual([{ problem, published: [], rotated: [], warnings: [] }]);
  release();
  await requester.idle();
  expect(requester.problem).toBeNull();
  expect(reports).toHaveLength(2);
});

test('no stop waits for a process that hangs', async () => {
  make(worker(succeed), { patience: { leastMs: 10, allowedMs: () => Promise.resolve(50) } }).request('OPERATION');
  await waitFor('the problem', () => requester.problem !== null);
  await requester.stop();
  expect(requester.running).toBe(false);
});

test('a server that has no file descriptor left says so, and goes on', async () => {
  requester = make(worker(succeed));
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
  requester.request('OPERATION');
  const stopped = requester.stop();
  requester.request('OPERATION');
  release();
  await stopped;
  expect(asked()).toHaveLength(2);
  requester.request('OPERATION');
  expect(requester.running).toBe(false);
});

test('stopping does not wait for a try that is yet to come', async () => {
  release();
  make(worker(fail), { pauses: { firstMs: 600_000, longestMs: 600_000 } }).request('OPERATION');
  await requester.idle();
  await requester.stop();
  expect(requester.problem).toBe('No.');
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
  await requester.idle();
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
