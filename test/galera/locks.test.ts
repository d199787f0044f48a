import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { settleInterrupted } from '../../src/cli/settle-interrupted';
import { proveNewest } from '../../src/backup/run/prove-newest';
import { runBackup } from '../../src/backup/run/run-backup';
import { BackupLock, isBackupRunning } from '../../src/backup/server/backup-lock';
import type { Query } from '../../src/database/connection/query';
import { Reporter } from '../../src/backup/status/peer-inventory';
import { openSession } from '../../src/backup/server/session';
import { backupSettings } from '../../src/backup/core/settings';
import type { DatabaseAddress } from '../../src/database/connection/address';
import { createDataSource } from '../../src/database/data-source';
import { migrate } from '../../src/database/migrate';
import { migrations } from '../../src/database/migrations';
import { backupLedger } from '../../src/services/backup-ledger';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { addressOf, type Galera, nodeUrl, startGalera } from '../support/galera';
import { waitFor } from '../support/wait';

const NODES = [0, 1, 2] as const;

describe('a database of a Galera cluster', () => {
  let galera: Galera;

  beforeAll(async () => {
    galera = await startGalera();
  }, 120_000);
  afterAll(() => galera.stop());

  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase(nodeUrl(galera, 0));
  });
  afterEach(() => database.drop());

  /** The address of the test's database with that node first. */
  const through = (node: number): DatabaseAddress =>
    addressOf((galera.urls[node] ?? '').replace(/[^/]*$/, database.address.database));
  const only = (node: number): DatabaseAddress => {
    const address = through(node);
    return { ...address, hosts: address.hosts.slice(0, 1) };
  };

  test('is migrated once, by whichever of many at many nodes comes first', async () => {
    const ran = await Promise.all(
      [...NODES, ...NODES].map(async (node) => {
        const dataSource = await createDataSource(through(node)).initialize();
        try {
          return await migrate(dataSource);
        } finally {
          await dataSource.destroy();
        }
      }),
    );
    expect(ran.filter((names) => names.length > 0)).toEqual([migrations.map(({ name }) => name)]);
  });

  test('gives the lock on backups to one at a time, whatever the node', async () => {
    let holders = 0;
    let most = 0;
    const takeTurn = async (node: number): Promise<void> => {
      const lock = await BackupLock.acquire(only(node));
      most = Math.max(most, ++holders);
      for (const each of NODES) {
        const session = await openSession(only(each));
        expect(await isBackupRunning(session.query, database.address.database)).toBe(true);
        session.close();
      }
      await lock.assertHeld();
      holders -= 1;
      await lock.release();
    };
    await Promise.all([...NODES, ...NODES].map(takeTurn));
    expect(most).toBe(1);
  });

  test('changes no table for a lock or a report, once theirs are there: the whole cluster would wait', async () => {
    const { query } = database;
    const folder = await mkdtemp(path.join(tmpdir(), 'motorpool-'));
    const made = async (): Promise<number> => {
      await (await BackupLock.acquire(only(0))).release();
      await new Reporter(query, folder, folder).tell();
      const [row] = await query("SHOW GLOBAL STATUS LIKE 'Com_create_table'");
      return Number(row?.Value);
    };
    try {
      const before = await made();
      expect(before).toBeGreaterThanOrEqual(2);
      expect(await made()).toBe(before);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('lets nobody keep the lock who no longer says that he lives, and tells him', async () => {
    const lock = await BackupLock.acquire(only(0));
    // He hears of nobody and nobody of him, which is all that can be known of one who died.
    await galera.tell('isolate', 0);
    try {
      const next = await BackupLock.acquire(only(1));
      expect(lock.lost.aborted).toBe(true);
      await next.release();
    } finally {
      await galera.tell('heal', 0);
    }
    await expect(lock.assertHeld()).rejects.toThrow('The lock on backups was lost');
    await lock.release();
  }, 90_000);

  test.each(NODES)('takes the lock at once from one whose connection ended, at its own node (%i)', async (node) => {
    const session = await openSession(only(node));
    const { query } = session;
    const before = new Set((await query('SHOW PROCESSLIST')).map(({ Id }) => Id));
    const lock = await BackupLock.acquire(only(node));
    for (const { Id, User } of await query('SHOW PROCESSLIST')) {
      if (!before.has(Id) && User === only(node).user) await query(`KILL ${String(Id)}`);
    }
    await waitFor('him to know', () => lock.lost.aborted);
    // The server closes a connection before it frees its locks.
    await waitFor('all to know', async () => !(await isBackupRunning(query, database.address.database)), 5_000);
    const began = Date.now();
    await (await BackupLock.acquire(only(node))).release();
    expect(Date.now() - began).toBeLessThan(5_000);
    await lock.release();
    session.close();
  });

  test('backs up at each node what the others committed, and keeps the test restore to the node', async () => {
    const dataSource = await createDataSource(through(0)).initialize();
    await migrate(dataSource);
    await dataSource.destroy();
    const storageDir = await mkdtemp(path.join(tmpdir(), 'motorpool-'));
    try {
      for (const node of NODES) {
        const settings = backupSettings(path.join(storageDir, String(node)), { keep: 3, verify: 'restore' });
        let scratch: number[] = [];
        const ledger = {
          ...backupLedger,
          check: async (query: Query) => {
            scratch = await Promise.all(NODES.map((each) => countScratchSchemas(only(each))));
            return backupLedger.check(query);
          },
        };
        const dependencies = { settings, address: through(node), ledger, settleInterrupted };
        const { published } = await runBackup(dependencies, { trigger: 'MANUAL', force: true, once: true });
        expect(published).toHaveLength(1);
        expect((await proveNewest(dependencies)).judged[0]).toMatchObject({ state: 'PROVEN' });
        expect(scratch).toEqual(NODES.map((each) => (each === node ? 1 : 0)));
      }
    } finally {
      await rm(storageDir, { recursive: true, force: true });
    }
  });
});

async function countScratchSchemas(address: DatabaseAddress): Promise<number> {
  const session = await openSession(address);
  const [row] = await session.query(
    "SELECT COUNT(*) AS n FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE '%scratch%'",
  );
  session.close();
  return Number(row?.n);
}
