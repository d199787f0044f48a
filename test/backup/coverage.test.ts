import { listBackups, type Backup } from '../../src/backup/files/catalogue';
import { coverage, type Coverage } from '../../src/backup/files/coverage';
import { runBackup } from '../../src/backup/run/run-backup';
import type { BackupOutcome } from '../../src/backup/run/types';
import { restoreWithStockClient } from './stock-client';
import { openBench, operate, type Bench } from './support';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const asked = { trigger: 'OPERATION', force: false } as const;

/** The one backup that such a run makes. */
async function only(run: Promise<BackupOutcome>): Promise<Backup> {
  const { published } = await run;
  expect(published).toHaveLength(1);
  return published[0] as Backup;
}

const state = async (): Promise<Coverage> =>
  coverage(await listBackups(bench.settings.directory), bench.dependencies.ledger, bench.database.query);

test('is derived from the files alone', async () => {
  expect(await state()).toMatchObject({ newest: { number: 0, uid: null }, coveredThrough: 0, pending: 0 });
  await operate(bench.database);
  await operate(bench.database);
  expect(await state()).toMatchObject({ newest: { number: 2 }, coveredThrough: 0, pending: 2 });
  await runBackup(bench.dependencies, asked);
  await operate(bench.database);
  expect(await state()).toMatchObject({ newest: { number: 3 }, coveredThrough: 2, pending: 1 });
});

test('a database put back to an earlier state is not covered by what came later', async () => {
  await operate(bench.database);
  const first = await only(runBackup(bench.dependencies, asked));
  await operate(bench.database);
  await operate(bench.database);
  const abandoned = await only(runBackup(bench.dependencies, asked));
  const { address } = bench.database;
  await restoreWithStockClient(address, address.database, first.path);
  expect(await state()).toMatchObject({ newest: { number: 1 }, coveredThrough: 1, pending: 0 });
  await operate(bench.database);
  expect(await state()).toMatchObject({ newest: { number: 2 }, coveredThrough: 1, pending: 1 });
  await operate(bench.database);
  // Number 3 again: by number alone it would seem covered.
  expect(await state()).toMatchObject({ newest: { number: 3 }, coveredThrough: 1, pending: 2 });
  const fresh = await only(runBackup(bench.dependencies, asked));
  const after = await state();
  expect(after).toMatchObject({ coveredThrough: 3, pending: 0 });
  expect([...after.current].sort()).toEqual([first.filename, fresh.filename].sort());
  expect(after.current.has(abandoned.filename)).toBe(false);
});
