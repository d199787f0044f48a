import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DataSource } from 'typeorm';
import { runBackup } from '../../src/backup/run-backup';
import { BackupLock, isBackupRunning } from '../../src/backup/lock';
import type { Query } from '../../src/backup/ledger';
import { openSession } from '../../src/backup/session';
import { backupSettings } from '../../src/backup/settings';
import type { DatabaseAddress } from '../../src/database/address';
import { createDataSource } from '../../src/database/data-source';
import { migrate } from '../../src/database/migrate';
import { migrations } from '../../src/database/migrations';
import { parseDatabaseUrl } from '../../src/database/url';
import { Role } from '../../src/entities/enums';
import { backupLedger } from '../../src/services/backup-ledger';
import { hasCommitted } from '../../src/services/numbers';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { type Galera, nodeUrl, startGalera } from '../support/galera';
import { createLedger, type LedgerUnderTest } from '../support/ledger';
import { waitFor } from '../support/wait';

const NODES = [0, 1, 2] as const;

function addressOf(url: string): DatabaseAddress {
  const address = parseDatabaseUrl(url);
  if (typeof address === 'string') throw new Error(address);
  return address;
}

describe('a Galera cluster', () => {
  let galera: Galera;

  beforeAll(async () => {
    galera = await startGalera();
  }, 120_000);
  afterAll(() => galera.stop());

  describe('of one database', () => {
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

    test('backs up at each node what the others committed, and keeps the test restore to the node', async () => {
      const dataSource = await createDataSource(through(0)).initialize();
      await migrate(dataSource);
      await dataSource.destroy();
      const storageDir = await mkdtemp(path.join(tmpdir(), 'motorpool-'));
      try {
        for (const node of NODES) {
          const elsewhere = await openSession(only((node + 1) % NODES.length));
          const settings = backupSettings(path.join(storageDir, String(node)), { keep: 3, verify: 'restore' });
          const seen = new Set<string>();
          const outcome = await runBackup(
            {
              settings,
              address: through(node),
              ledger: backupLedger,
              onStep: async (step) => {
                if (step === 'verified') for (const name of await scratchSchemas(elsewhere.query)) seen.add(name);
              },
            },
            { trigger: 'MANUAL', force: true, once: true },
          );
          elsewhere.close();
          expect(outcome.published).toHaveLength(1);
          expect(outcome.published[0]?.verifiedAt).not.toBeNull();
          expect([...seen]).toEqual([]);
        }
      } finally {
        await rm(storageDir, { recursive: true, force: true });
      }
    });
  });

  async function scratchSchemas(query: Query): Promise<string[]> {
    const rows = await query(
      "SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE '%scratch%'",
    );
    return rows.map(({ name }) => String(name));
  }

  describe('with several hosts in the URL', () => {
    let ledger: LedgerUnderTest;

    beforeEach(async () => {
      ledger = await createLedger({
        roles: [Role.OPERATOR, Role.INVESTOR],
        // The test's own questions go to a node that stays.
        server: nodeUrl(galera, 2),
        through: (address) => ({ ...address, hosts: addressOf(galera.urls[0] ?? '').hosts }),
      });
      await ledger.move(2, 50_000n);
    });
    afterEach(() => ledger.close());

    const nodeOf = async (dataSource: DataSource): Promise<string> => {
      const [row] = await dataSource.query<{ name: string }[]>('SELECT @@wsrep_node_name AS name');
      return row?.name ?? '';
    };

    test.each(['kill', 'isolate', 'cutOff'] as const)(
      'goes on at the next one (%s), and returns by itself',
      async (outage) => {
        expect(await nodeOf(ledger.dataSource)).toBe('node-1');
        const moves = Array.from({ length: 8 }, (_, i) => ledger.move(3, BigInt(i + 1)));
        await galera.tell(outage, 0);
        await Promise.all(moves);
        await ledger.move(3, 100n);
        expect(['node-2', 'node-3']).toContain(await nodeOf(ledger.dataSource));

        await galera.tell(outage === 'kill' ? 'rejoin' : 'heal', 0);
        await waitFor('the first node to be used again', async () => (await nodeOf(ledger.dataSource)) === 'node-1');
        const [row] = await ledger.query('SELECT balance FROM users WHERE id = 3');
        expect(row?.balance).toBe('136');
        const numbers = await ledger.query('SELECT number FROM operations ORDER BY number');
        expect(numbers.map(({ number }) => number)).toEqual(Array.from({ length: 10 }, (_, i) => i + 1));
        expect(ledger.asked.toSorted((a, b) => a - b)).toEqual(numbers.map(({ number }) => number));
        expect(await ledger.audit()).toEqual([]);
      },
      120_000,
    );

    test('a COMMIT without an answer is settled at another node, and cannot come true after that', async () => {
      // A transaction of a server that everybody has given up: all is written but the COMMIT.
      const late = await openSession(addressOf(nodeUrl(galera, 1).replace(/[^/]*$/, ledger.database.address.database)));
      await late.query('START TRANSACTION');
      await late.query('UPDATE pool SET lastOperation = lastOperation + 1');
      await late.query(
        "INSERT INTO users (name, email, role, createdAt) VALUES ('Late', 'late@example.com', 'ADMIN', NOW())",
      );

      expect(await hasCommitted(ledger.dataSource, '00000000-0000-0000-0000-000000000000')).toBe(false);
      await expect(late.query('COMMIT')).rejects.toMatchObject({ errno: 1213 });
      late.close();
      const rows = await ledger.query("SELECT id FROM users WHERE email = 'late@example.com'");
      expect(rows).toEqual([]);
      expect(await ledger.audit()).toEqual([]);
    });
  });
});
