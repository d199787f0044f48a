import { existsSync, readdirSync } from 'node:fs';
import { listBackups } from '../../src/backup/files/catalogue';
import { labelOf, listLabelled } from '../../src/backup/files/proofs';
import { inspectFile } from '../../src/backup/files/checksum';
import { BackupLock, isBackupRunning, isProofRunning } from '../../src/backup/server/backup-lock';
import { proveNewest, type ProofStep } from '../../src/backup/run/prove-newest';
import { runBackup } from '../../src/backup/run/run-backup';
import type { BackupStep } from '../../src/backup/run/types';
import { createTestDatabase } from '../support/database';
import { CLIENTS } from '../support/engine';
import { startChild, type Child } from './child';
import { allProcesses } from '../support/processes';
import { FakePrograms } from './fake-programs';
import type { ProcessInput } from './backup-process';
import { openBench, operate, operateInBulk, rejection, scratchDatabases, waitFor, type Bench } from './support';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const asked = { trigger: 'OPERATION', force: false } as const;

function start(standAt?: BackupStep): Child {
  const { settings, address } = bench.dependencies;
  const input: ProcessInput = { dependencies: { settings, address }, request: asked };
  return startChild(standAt === undefined ? input : { ...input, standAt });
}

/** Whatever was killed and where: the next backup succeeds at once, all is covered, and nothing else lies about. */
async function recovers(): Promise<void> {
  const { query, address } = bench.database;
  for (const backup of await listBackups(bench.settings.directory)) await inspectFile(backup.path);
  await waitFor('the lock of the killed one', async () => !(await isBackupRunning(query, address.database)), 5000);
  await operate(bench.database);
  const { published } = await runBackup(bench.dependencies, asked);
  expect(published).toHaveLength(1);
  const backups = await listBackups(bench.settings.directory);
  expect(bench.files()).toEqual(backups.map(({ filename }) => filename).sort());
  expect(backups[0]?.lastOperation).toEqual(await bench.dependencies.ledger.newestOperation(query));
  expect(await bench.litter()).toEqual([]);
}

test.each<[BackupStep, number]>([
  ['locked', 0],
  ['dumping', 0],
  ['dumped', 0],
  ['synced', 0],
  ['named', 1],
  ['published', 1],
  ['rotated', 1],
])('killed at the step "%s", it blocks nobody, and %d files bear the name of a backup', async (step, files) => {
  await operate(bench.database);
  const child = start(step);
  await child.reached(step);
  expect(await isBackupRunning(bench.database.query, bench.database.address.database)).toBe(true);
  await child.end();
  expect(existsSync(bench.settings.directory) ? bench.files() : []).toHaveLength(files);
  await recovers();
});

const clients = (): string[] =>
  allProcesses()
    .map((each) => each.command)
    .filter((args) => args.includes('--defaults-file=/dev/fd/3') && args.includes(bench.database.address.database));

test('killed in the middle of a dump, the dump program dies with it', async () => {
  await operate(bench.database);
  const other = await createTestDatabase();
  try {
    // The dump program stands still before this table, though nobody told it to.
    await other.query(`LOCK TABLES ${bench.database.address.database}.payload WRITE`);
    const child = start();
    await waitFor('the dump', () => clients().some((args) => args.includes(CLIENTS.dump)));
    await child.end();
    await waitFor('the end of the dump program', () => clients().length === 0, 5000);
    await other.query('UNLOCK TABLES');
  } finally {
    await other.drop();
  }
  await recovers();
});

function startProof(standAt?: ProofStep): Child {
  const { settings, address } = bench.dependencies;
  const input: ProcessInput = { dependencies: { settings, address }, request: asked, prove: true };
  return startChild(standAt === undefined ? input : { ...input, standAt });
}

/** Whatever became of a proof: no backup waited for it, and the next one clears up and proves. */
async function proves(): Promise<void> {
  const { query, address } = bench.database;
  await operate(bench.database);
  expect((await runBackup(bench.dependencies, asked)).published).toHaveLength(1);
  await waitFor('the lock of the killed one', async () => !(await isProofRunning(query, address.database)), 5000);
  expect((await proveNewest(bench.dependencies)).judged[0]).toMatchObject({ state: 'PROVEN' });
  expect(await bench.litter()).toEqual([]);
  expect(readdirSync(bench.settings.proofDirectory).filter((name) => !name.endsWith('.json'))).toEqual([]);
}

test.each<[ProofStep, number]>([
  ['proving', 0],
  ['judged', 0],
  ['recorded', 1],
])('a proof killed at the step "%s" has recorded %d proofs, and holds up nobody', async (step, proofs) => {
  await operate(bench.database);
  await runBackup(bench.dependencies, asked);
  const child = startProof(step);
  await child.reached(step);
  const { query, address } = bench.database;
  expect(await isProofRunning(query, address.database)).toBe(true);
  expect(await isBackupRunning(query, address.database)).toBe(false);
  await child.end();
  const labels = (await listLabelled(bench.settings)).map(labelOf);
  expect(labels.filter((label) => label === 'PROVEN')).toHaveLength(proofs);
  await proves();
});

test('killed in the middle of a restore beside the live database, the client dies with it and its database goes', async () => {
  const programs = new FakePrograms();
  programs.hideServers();
  await operateInBulk(bench.database, 4000);
  await runBackup(bench.dependencies, asked);
  const child = startProof();
  await waitFor('rows in the scratch database', async () => {
    const [name] = await scratchDatabases(bench.database);
    if (name === undefined) return false;
    const rows = await bench.database.query('SHOW TABLES FROM ??', [name]);
    return rows.length > 0;
  });
  await child.end();
  programs.remove();
  await waitFor('the end of the client', () => clients().length === 0, 5000);
  expect(await scratchDatabases(bench.database)).toHaveLength(1);
  await proves();
});

test('killed at any moment', async () => {
  await operateInBulk(bench.database, 200);
  await runBackup(bench.dependencies, asked);
  for (let round = 0; round < 8; round++) {
    await operate(bench.database);
    const child = start();
    await child.reached('locked');
    // Spread over the whole of a backup, which takes about a tenth of a second.
    await new Promise((resolve) => setTimeout(resolve, round * 15));
    await child.end();
    await recovers();
  }
});

test('two at once never dump at once, and the second finds nothing left to do', async () => {
  await operate(bench.database);
  const first = start('dumping');
  await first.reached('dumping');
  let isDone = false;
  const second = runBackup(bench.dependencies, asked).finally(() => {
    isDone = true;
  });
  await waitFor('the second to wait', () => bench.logText().includes('Another backup of this database runs'));
  expect(isDone).toBe(false);
  expect(bench.logText().match(/Backup begins/g)).toHaveLength(1);
  await first.end();
  expect((await second).published).toHaveLength(1);
});

test('one that waits for its turn can be stopped', async () => {
  const holder = await BackupLock.acquire(bench.database.address);
  const stop = new AbortController();
  const waiting = rejection(runBackup({ ...bench.dependencies, signal: stop.signal }, asked));
  await waitFor('it to wait', () => existsSync(bench.settings.logFile) && bench.logText().includes('waiting'));
  stop.abort();
  expect((await waiting).message).toBe('The backup was stopped before it was done; the next one makes up for it.');
  await holder.release();
  const { query, address } = bench.database;
  // The server itself learns only now that nobody waits any more.
  await waitFor('the lock to be free', async () => !(await isBackupRunning(query, address.database)));
});

test('many at once make one backup', async () => {
  await operate(bench.database);
  let inside = 0;
  let most = 0;
  const onStep = (step: BackupStep): void => {
    if (step === 'dumping') most = Math.max(most, ++inside);
    if (step === 'rotated') inside -= 1;
  };
  const runs = Array.from({ length: 6 }, () => runBackup({ ...bench.dependencies, onStep }, asked));
  const published = (await Promise.all(runs)).flatMap((outcome) => outcome.published);
  expect(published).toHaveLength(1);
  expect(most).toBe(1);
  // Forced, each makes its own, one after the other.
  const forced = Array.from({ length: 3 }, () =>
    runBackup({ ...bench.dependencies, onStep }, { trigger: 'MANUAL', force: true }),
  );
  expect((await Promise.all(forced)).flatMap((outcome) => outcome.published)).toHaveLength(3);
  expect(most).toBe(1);
  expect(new Set(bench.files()).size).toBe(4);
});

test('a backup that lost the lock publishes nothing', async () => {
  await operate(bench.database);
  const { query } = bench.database;
  let message = '';
  await runBackup(
    {
      ...bench.dependencies,
      onStep: async (step) => {
        if (step !== 'dumped') return;
        const [row] = await query(
          'SELECT ID AS id FROM information_schema.PROCESSLIST WHERE INFO IS NULL AND DB = ? AND ID <> CONNECTION_ID() ORDER BY ID LIMIT 1',
          [bench.database.address.database],
        );
        await query(`KILL ${String(row?.id)}`);
      },
    },
    asked,
  ).catch((error: unknown) => {
    message = (error as Error).message;
  });
  expect(message).toMatch(/^The lock on backups was lost in mid-backup \(.*\): nothing was published\.$/);
  expect(bench.files()).toEqual([]);
  await recovers();
});
