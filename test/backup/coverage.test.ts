import { listBackups, type Backup } from '../../src/backup/files/catalogue';
import { coverage, type Coverage } from '../../src/backup/files/coverage';
import type { OperationMark } from '../../src/backup/core/ledger';
import type { Judged, Proof } from '../../src/backup/files/proofs';
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

test('segments cover what they lead to, as far as it is in the database, and only from a base that is not DAMAGED', async () => {
  await operate(bench.database);
  const base = await only(runBackup(bench.dependencies, asked));
  const second = await operate(bench.database);
  const third = await operate(bench.database);
  const { filename } = base;
  const covered = async (marks: readonly OperationMark[], of: Judged = base): Promise<Coverage> => {
    const beyond = marks.map((mark) => ({ filename, lastOperation: mark, lastChange: mark }));
    return coverage([of], bench.dependencies.ledger, bench.database.query, beyond);
  };
  expect(await covered([second])).toMatchObject({ coveredThrough: 2, missed: 1, provenThrough: 0 });
  expect(await covered([third, second])).toMatchObject({ coveredThrough: 3, missed: 0, changesStoredThrough: 3 });
  // The log tells of a commit a moment before the database shows it; and a restore takes operations away.
  expect(await covered([{ number: 4, uid: 'not-to-be-seen' }, second])).toMatchObject({ coveredThrough: 2 });
  expect(await covered([{ number: 3, uid: 'another-third' }])).toMatchObject({ coveredThrough: 1, missed: 2 });
  const proof: Proof = {
    ...{ filename, sha256: base.sha256, state: 'DAMAGED', problem: 'it is', findings: [], place: null },
    ...{ judgedAt: new Date(), durationMs: 1, lastOperation: base.lastOperation, schemaVersion: 'test-1' },
  };
  expect(await covered([third], { ...base, proof })).toMatchObject({ coveredThrough: 0 });
});
