import { readFileSync } from 'node:fs';
import path from 'node:path';
import { listBackups } from '../../src/backup/catalogue';
import { inspectFile } from '../../src/backup/inspect';
import { runBackup } from '../../src/backup/run-backup';
import { findProgram } from '../../src/database/programs';
import { createTestDatabase } from '../support/database';
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

test('a long dump that nobody waits for rests now and then, and is whole', async () => {
  const programs = new FakePrograms();
  try {
    const whole = path.join(programs.folder, 'whole.sql');
    const slowly = 'for i in $(seq 200); do echo "-- nothing"; sleep 0.01; done';
    programs.add(CLIENTS.dump, `${DUMP} "$@" > ${whole} && head -n 5 ${whole}; ${slowly}; tail -n +6 ${whole}`);
    const running = runBackup({ ...bench.dependencies, gentle: true }, asked);
    await waitFor('a rest', rests);
    expect((await running).published).toHaveLength(1);
    const [backup] = await listBackups(bench.settings.directory);
    await inspectFile(backup?.path ?? '');
    expect(backup?.verifiedAt).not.toBeNull();
  } finally {
    programs.remove();
  }
});

test('killed while the dump rests, the dump program dies with it', async () => {
  const other = await createTestDatabase();
  try {
    // The dump program gets no further than to this table.
    await other.query(`LOCK TABLES ${bench.database.address.database}.payload WRITE`);
    const { settings, address } = bench.dependencies;
    const child = startChild({ dependencies: { settings, address, gentle: true }, request: asked });
    await waitFor('a rest', rests);
    await child.end();
    await waitFor('the end of the dump program', () => dumps().length === 0);
  } finally {
    await other.query('UNLOCK TABLES');
    await other.drop();
  }
});
