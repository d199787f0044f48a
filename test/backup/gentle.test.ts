import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { listBackups } from '../../src/backup/catalogue';
import { inspectFile } from '../../src/backup/inspect';
import { runBackup } from '../../src/backup/run-backup';
import { findProgram } from '../../src/database/programs';
import { CLIENTS } from '../support/engine';
import { allProcesses } from '../support/processes';
import { startChild } from './child';
import { FakePrograms } from './fake-programs';
import { openBench, operate, waitFor, type Bench } from './support';

const asked = { trigger: 'OPERATION', force: false } as const;
const DUMP = findProgram([CLIENTS.dump]) ?? '';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
  await operate(bench.database);
});
afterEach(() => bench.close());

/** The dump programs of this test's own database. */
const dumps = (): number[] =>
  allProcesses()
    .filter(({ command }) => command.includes('--defaults-file=/dev/fd/3'))
    .filter(({ command }) => command.includes(bench.database.address.database))
    .map(({ pid }) => pid);

/** Whether a program stands still because somebody told it to. */
const rests = (): boolean =>
  dumps().some((pid) => {
    try {
      return /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
      return false;
    }
  });

/** Says what the real program says, with two seconds in the middle; a process without children, as that one is. */
const SLOWLY = `
  const { execFileSync } = require('node:child_process');
  const { writeSync } = require('node:fs');
  const dump = execFileSync(process.env.DUMP, process.argv.slice(2), { stdio: [0, 'pipe', 2, 3] });
  const half = dump.indexOf('\\n', 1000) + 1;
  writeSync(1, dump.subarray(0, half));
  for (let i = 0; i < 200; i++) {
    writeSync(1, '-- nothing\\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }
  writeSync(1, dump.subarray(half));
`;

let programs: FakePrograms;
beforeEach(() => {
  programs = new FakePrograms();
  const script = path.join(programs.folder, 'slowly.cjs');
  writeFileSync(script, SLOWLY);
  programs.add(CLIENTS.dump, `DUMP=${DUMP} exec ${process.execPath} ${script} "$@"`);
});
afterEach(() => {
  programs.remove();
});

test('a long dump that nobody waits for rests now and then, and is whole', async () => {
  const running = runBackup({ ...bench.dependencies, gentle: true }, asked);
  await waitFor('a rest', rests);
  expect((await running).published).toHaveLength(1);
  const [backup] = await listBackups(bench.settings.directory);
  await inspectFile(backup?.path ?? '');
  expect(backup?.verifiedAt).not.toBeNull();
});

test('killed while the dump rests, the dump program dies with it', async () => {
  const { settings, address } = bench.dependencies;
  const child = startChild({ dependencies: { settings, address, gentle: true }, request: asked });
  await waitFor('a rest', rests);
  await child.end();
  await waitFor('the end of the dump program', () => dumps().length === 0);
});

test('it does not rest before it has written anything, when it may keep others from writing', async () => {
  programs.add(CLIENTS.dump, `sleep 1; exec ${DUMP} "$@"`);
  const running = runBackup({ ...bench.dependencies, gentle: true }, asked);
  await waitFor('the dump', () => dumps().length > 0);
  let rested = false;
  await waitFor('its end', () => {
    rested ||= rests();
    return dumps().length === 0;
  });
  expect(rested).toBe(false);
  expect((await running).published).toHaveLength(1);
});
