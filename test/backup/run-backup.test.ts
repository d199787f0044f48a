import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { listBackups, type Backup } from '../../src/backup/files/catalogue';
import { coverage } from '../../src/backup/files/coverage';
import { inspectFile } from '../../src/backup/files/checksum';
import type { Query } from '../../src/database/connection/query';
import { labelOf, listLabelled } from '../../src/backup/files/proofs';
import { ownSchemaPrefix } from '../../src/backup/server/auxiliary-schema';
import { proveNewest } from '../../src/backup/run/prove-newest';
import { runBackup } from '../../src/backup/run/run-backup';
import type { BackupOutcome } from '../../src/backup/run/types';
import { workTag } from '../../src/backup/files/staging';
import { createTestDatabase } from '../support/database';
import { placeBackup } from './backup-files';
import { contentOf, restoreWithStockClient } from './stock-client';
import { createLedgerTables, openBench, operate, rejection, testLedger, type Bench } from './support';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const asked = { trigger: 'OPERATION', force: false } as const;
const forced = { trigger: 'MANUAL', force: true } as const;

/** The one backup that such a run makes. */
async function only(run: Promise<BackupOutcome>): Promise<Backup> {
  const { published } = await run;
  expect(published).toHaveLength(1);
  return published[0] as Backup;
}

test('a backup contains the operation, says so, and restores with the stock client to an equal database', async () => {
  await operate(bench.database);
  const mark = await operate(bench.database);
  const { query } = bench.database;
  await query('CREATE TRIGGER keep BEFORE DELETE ON payload FOR EACH ROW SET @gone = OLD.operation');
  await query('CREATE PROCEDURE nothing() SELECT 1');
  const backup = await only(runBackup(bench.dependencies, asked));
  expect(backup).toMatchObject({
    lastOperation: mark,
    trigger: 'OPERATION',
    schemaVersion: 'test-1',
    database: bench.database.address.database,
    verifiedAt: null,
  });
  expect(await inspectFile(backup.path)).toEqual(backup);
  expect(statSync(backup.path).mode & 0o777).toBe(0o600);
  expect(statSync(bench.settings.directory).mode & 0o777).toBe(0o700);
  expect(bench.files()).toEqual([backup.filename]);
  expect(await bench.litter()).toEqual([]);

  const other = await createTestDatabase();
  try {
    const { address } = bench.database;
    await restoreWithStockClient(address, other.address.database, backup.path);
    expect(await contentOf(address, other.address.database)).toBe(await contentOf(address, address.database));
    expect(await testLedger.newestOperation(other.query)).toEqual(mark);
    // And over what is there already.
    await other.query('DELETE FROM payload');
    await restoreWithStockClient(address, other.address.database, backup.path);
    expect(await contentOf(address, other.address.database)).toBe(await contentOf(address, address.database));
  } finally {
    await other.drop();
  }
});

test('each step is in the log', async () => {
  await operate(bench.database);
  const { filename } = await only(
    runBackup({ ...bench.dependencies, settings: { ...bench.settings, keep: 1 } }, asked),
  );
  await runBackup({ ...bench.dependencies, settings: { ...bench.settings, keep: 1 } }, forced);
  const told = bench
    .logText()
    .replace(/^\S+ /gm, '')
    .replace(/\d+ ms/g, 'N ms')
    .replace(/[\d.]+ KiB/g, 'N KiB');
  expect(told.split('\n').slice(0, 3)).toEqual([
    'INFO Backup begins (OPERATION): operation 1 has none yet.',
    'INFO Dumped N KiB in N ms.',
    `INFO Published ${filename}: N KiB, operations up to 1, in N ms.`,
  ]);
  expect(told).toContain('INFO Backup begins (MANUAL): asked for, though every change has one.');
  expect(told).toContain(`INFO Rotated to 1: removed ${filename}.`);
});

test('where every operation has a backup, none is made, unless forced', async () => {
  expect((await runBackup(bench.dependencies, asked)).published).toEqual([]);
  const empty = await only(runBackup(bench.dependencies, forced));
  expect(empty).toMatchObject({ lastOperation: { number: 0, uid: null }, trigger: 'MANUAL' });
  await operate(bench.database);
  expect((await only(runBackup(bench.dependencies, asked))).lastOperation.number).toBe(1);
  expect((await runBackup(bench.dependencies, asked)).published).toEqual([]);
  expect((await only(runBackup(bench.dependencies, forced))).lastOperation.number).toBe(1);
});

test('where the table of operations is gone, a forced backup holds what is there, and covers nothing', async () => {
  await operate(bench.database);
  const older = await only(runBackup(bench.dependencies, asked));
  const { query, address } = bench.database;
  await query('RENAME TABLE operations TO lost');
  expect((await rejection(runBackup(bench.dependencies, asked))).message).toMatch(/operations/);
  const { published, warnings } = await runBackup(bench.dependencies, forced);
  const [backup] = published;
  expect(published).toMatchObject([{ lastOperation: { number: 0, uid: null }, safety: true }]);
  expect(warnings).toEqual([
    expect.stringMatching(
      /^The operations of the database \S+ cannot be read \(.*operations.*\): this backup holds what /,
    ),
  ]);
  expect(bench.files()).toEqual([older.filename, backup?.filename]);
  const other = await createTestDatabase();
  try {
    await restoreWithStockClient(address, other.address.database, backup?.path ?? '');
    expect(await contentOf(address, other.address.database)).toBe(await contentOf(address, address.database));
  } finally {
    await other.drop();
  }
  // The operation is covered by the file that held it before.
  await query('RENAME TABLE lost TO operations');
  const { coveredThrough, current } = await coverage(await listBackups(bench.settings.directory), testLedger, query);
  expect([coveredThrough, [...current]]).toEqual([1, [older.filename]]);
});

test('operations that commit while a backup is made lead to one more, which covers the last', async () => {
  await operate(bench.database);
  let burst = 0;
  const outcome = await runBackup(
    {
      ...bench.dependencies,
      onStep: async (step) => {
        if (step === 'dumped' && burst === 0) for (; burst < 20; burst++) await operate(bench.database);
      },
    },
    asked,
  );
  expect(outcome.published.map(({ lastOperation, trigger }) => [lastOperation.number, trigger])).toEqual([
    [1, 'OPERATION'],
    [21, 'OPERATION'],
  ]);
  const state = await coverage(await listBackups(bench.settings.directory), testLedger, bench.database.query);
  expect(state).toMatchObject({ coveredThrough: 21, pending: 0 });
});

test('one that is asked for once makes one, whatever commits meanwhile', async () => {
  const onStep = async (step: string): Promise<void> => {
    if (step === 'dumped') await operate(bench.database);
  };
  await only(runBackup({ ...bench.dependencies, onStep }, { ...forced, once: true }));
});

test('an operation that commits between the mark and the snapshot is in the dump, and the proof says so', async () => {
  const mark = await operate(bench.database);
  let late: unknown;
  const onStep = async (step: string): Promise<void> => {
    if (step === 'dumping') late ??= await operate(bench.database);
  };
  const backup = await only(runBackup({ ...bench.dependencies, onStep }, { ...asked, once: true }));
  expect(backup.lastOperation).toEqual(mark);
  const { judged } = await proveNewest(bench.dependencies);
  expect(judged).toEqual([expect.objectContaining({ state: 'PROVEN', lastOperation: late })]);
  const state = await coverage(await listLabelled(bench.settings), testLedger, bench.database.query);
  expect(state).toMatchObject({ coveredThrough: 2, provenThrough: 2, pending: 0 });
});

test('with BACKUP_VERIFY=checksum the hash alone is compared, and the file stays UNPROVEN', async () => {
  await operate(bench.database);
  const settings = { ...bench.settings, verify: 'checksum' as const };
  await only(runBackup({ ...bench.dependencies, settings }, asked));
  const steps: string[] = [];
  const proving = proveNewest({ ...bench.dependencies, settings, onStep: (step) => void steps.push(step) });
  expect(await proving).toEqual({ judged: [], replacements: [] });
  expect(steps).toEqual([]);
  expect((await listLabelled(settings)).map(labelOf)).toEqual(['UNPROVEN']);
});

test('rotation comes after the success, counts complete backups only, and touches nothing else', async () => {
  await operate(bench.database);
  const { directory } = bench.settings;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const { database } = bench.database.address;
  for (let day = 1; day <= 9; day++) placeBackup(directory, `db_backup-2024-01-0${day}_00-00-00.sql`, { database });
  writeFileSync(path.join(directory, 'db_backup-2024-01-05_00-00-01.sql'), 'half');
  const outcome = await runBackup({ ...bench.dependencies, settings: { ...bench.settings, keep: 3 } }, asked);
  expect(outcome.rotated).toEqual([1, 2, 3, 4, 5, 6, 7].map((day) => `db_backup-2024-01-0${day}_00-00-00.sql`));
  expect(bench.files()).toEqual([
    'db_backup-2024-01-05_00-00-01.sql',
    'db_backup-2024-01-08_00-00-00.sql',
    'db_backup-2024-01-09_00-00-00.sql',
    outcome.published[0]?.filename,
  ]);
});

test('rotation leaves to another pool in the same folder what is its own', async () => {
  const pool = async (query: Query): Promise<string> => JSON.stringify(await query('SELECT DATABASE()'));
  const dependencies = {
    ...bench.dependencies,
    settings: { ...bench.settings, keep: 1 },
    ledger: { ...testLedger, pool },
  };
  const other = await createTestDatabase();
  try {
    await createLedgerTables(other);
    for (const database of [other, bench.database, other, bench.database, bench.database]) {
      await operate(database);
      await runBackup({ ...dependencies, address: database.address }, asked);
    }
  } finally {
    await other.drop();
  }
  const left = await listBackups(bench.settings.directory);
  expect(left.map(({ database, lastOperation: { number } }) => [database, number])).toEqual([
    [bench.database.address.database, 3],
    [other.address.database, 2],
  ]);
});

test('in a long rush its turn is over at some time, so that others get theirs, and it tells what is left', async () => {
  await operate(bench.database);
  const settings = { ...bench.settings, verify: 'checksum' as const };
  const onStep = async (step: string): Promise<void> => {
    if (step === 'dumped') await operate(bench.database);
  };
  const { published, pending } = await runBackup({ ...bench.dependencies, settings, onStep }, asked);
  expect(published.length).toBeGreaterThan(1);
  expect(pending).toBe(1);
  expect(await runBackup({ ...bench.dependencies, settings }, asked)).toMatchObject({ pending: 0 });
});

test('what a killed predecessor left is cleared, and nothing that is not ours', async () => {
  await runBackup(bench.dependencies, forced);
  const { workDirectory } = bench.settings;
  const { query, address } = bench.database;
  const tag = workTag(address.database);
  const scratch = `${ownSchemaPrefix(address.database, 'scratch')}0123456789ab`;
  const alike = `${ownSchemaPrefix(address.database, 'scratch')}0123456789abc`;
  const files = [`${tag}-0123456789ab.sql`, `${tag}-0123456789ab.cnf`, `${workTag('other')}-0123456789ab.sql`, 'notes'];
  for (const file of files) writeFileSync(path.join(workDirectory, file), 'half');
  await query('CREATE DATABASE ??', [scratch]);
  await query('CREATE TABLE ??.t (id INT)', [scratch]);
  await query('CREATE DATABASE ??', [alike]);
  try {
    await runBackup(bench.dependencies, forced);
    // A scratch database may be that of a proof which runs: a backup leaves it alone.
    const left = [...files.slice(2), alike];
    expect((await bench.litter()).sort()).toEqual([...left, scratch].sort());
    expect(bench.logText()).toContain(`Cleared what an interrupted backup left: ${files[1] ?? ''}, ${files[0] ?? ''}.`);
    const ofProof = `${workTag(`proof of ${address.database}`)}-0123456789ab.cnf`;
    writeFileSync(path.join(workDirectory, ofProof), 'half');
    await proveNewest(bench.dependencies);
    expect((await bench.litter()).sort()).toEqual(left.sort());
    expect(bench.logText()).toContain(`Cleared what an interrupted proof left: ${ofProof}, ${scratch}.`);
  } finally {
    await query('DROP DATABASE ??', [alike]);
  }
});

test('a backup that does not count once it is published is an error, and not followed by more for ever', async () => {
  await operate(bench.database);
  const ledger = { ...testLedger, existing: () => Promise.resolve(new Set<string>()) };
  const settings = { ...bench.settings, verify: 'checksum' as const };
  const { message } = await rejection(runBackup({ ...bench.dependencies, settings, ledger }, asked));
  expect(message).toMatch(/^The backup db_backup-.*\.sql was published, but does not count as one of operation 1\.$/);
  expect(bench.files()).toHaveLength(1);
});

test('a stop ends it cleanly at any step', async () => {
  await operate(bench.database);
  for (const at of ['locked', 'dumping', 'dumped', 'synced'] as const) {
    const stop = new AbortController();
    const onStep = (step: string): void => {
      if (step === at) stop.abort();
    };
    const { message } = await rejection(runBackup({ ...bench.dependencies, signal: stop.signal, onStep }, asked));
    expect([at, message]).toEqual([at, 'The backup was stopped before it was done; the next one makes up for it.']);
    expect(bench.files()).toEqual([]);
    expect(await bench.litter()).toEqual([]);
  }
  expect(bench.logText()).not.toContain('ERROR');
  await only(runBackup(bench.dependencies, asked));
});

test.each(['named', 'published', 'rotated'] as const)(
  'a stop at the step "%s" leaves a backup and says so',
  async (at) => {
    await operate(bench.database);
    const stop = new AbortController();
    const told: string[] = [];
    const backup = await only(
      runBackup(
        {
          ...bench.dependencies,
          signal: stop.signal,
          onStep: (step) => {
            if (step === at) stop.abort();
          },
          onPublished: ({ filename }) => told.push(filename),
        },
        asked,
      ),
    );
    expect(bench.files()).toEqual([backup.filename]);
    expect(told).toEqual([backup.filename]);
    expect(bench.logText()).toContain(`Published ${backup.filename}`);
    expect(bench.logText()).not.toMatch(/stopped before it was done|nothing was published/);
  },
);
