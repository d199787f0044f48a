import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DataSource } from 'typeorm';
import { listBackups } from '../../src/backup/files/catalogue';
import { settleInterrupted } from '../../src/cli/settle-interrupted';
import { restore } from '../../src/backup/restore/restore';
import { runBackup } from '../../src/backup/run/run-backup';
import { openSession } from '../../src/backup/server/session';
import { backupSettings } from '../../src/backup/core/settings';
import { knownSchemas, migrateDatabase } from '../../src/database/known-schemas';
import { Role } from '../../src/entities/enums';
import { checkLedger } from '../../src/services/ledger-check';
import { backupLedger } from '../../src/services/backup-ledger';
import { Refusal } from '../../src/services/errors';
import { hasCommitted } from '../../src/services/numbers';
import { addressOf, type Galera, nodeUrl, startGalera } from '../support/galera';
import { createLedger, type LedgerUnderTest } from '../support/ledger';
import { waitFor } from '../support/wait';

const NODES = [0, 1, 2] as const;

/** What was asked for right before a restore may not be there to be confirmed after it. */
function unlessGone(error: unknown): void {
  if (!(error instanceof Refusal && error.code === 'NOT_FOUND')) throw error;
}

describe('a URL with the hosts of a Galera cluster', () => {
  let galera: Galera;

  beforeAll(async () => {
    galera = await startGalera();
  }, 120_000);
  afterAll(() => galera.stop());

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
      expect(await ledger.check()).toEqual([]);
    },
    120_000,
  );

  test('restores it as one, while the others go on', async () => {
    const { address } = ledger.database;
    const storageDir = await mkdtemp(path.join(tmpdir(), 'motorpool-'));
    const settings = backupSettings(storageDir, { keep: 10, verify: 'restore' });
    try {
      const [backup] = (
        await runBackup(
          { settings, address, ledger: backupLedger, settleInterrupted },
          { trigger: 'MANUAL', force: true, once: true },
        )
      ).published;
      if (backup === undefined) throw new Error('no backup was made');
      let isOver = false;
      const others = [1, 2, 3, 4].map(async () => {
        while (!isOver) await ledger.move(3, 1n).catch(unlessGone);
      });
      await ledger.move(3, 1n);
      const outcome = await restore(
        { settings, address, ledger: backupLedger, knownSchemas, migrate: migrateDatabase, unlogged: false },
        { source: { kind: 'file', file: backup.path }, into: null, safetyBackup: true },
        () => Promise.resolve(true),
      );
      expect(outcome?.lastOperation).toBe(backup.lastOperation.number);
      await ledger.move(3, 1n);
      isOver = true;
      await Promise.all(others);

      const states = NODES.map(async (node) => {
        const session = await openSession(
          addressOf(nodeUrl(galera, node).replace(/[^/]*$/, ledger.database.address.database)),
        );
        expect(await checkLedger(session.query)).toEqual([]);
        const state = await session.query('CHECKSUM TABLE users, payments, contributions, operations, pool');
        session.close();
        return JSON.stringify(state.map(({ Checksum }) => Checksum));
      });
      expect(new Set(await Promise.all(states)).size).toBe(1);
      // What was committed last before the swap is in a backup of its own.
      const safety = (await listBackups(settings.directory)).filter((each) => each.safety === true);
      expect(safety.length).toBeGreaterThan(0);
      expect(await ledger.check()).toEqual([]);
    } finally {
      await rm(storageDir, { recursive: true, force: true });
    }
  }, 120_000);

  test('the swap of a restore waits for no transaction: one that is in its way, at any node, is told so', async () => {
    const { address } = ledger.database;
    const storageDir = await mkdtemp(path.join(tmpdir(), 'motorpool-'));
    const settings = backupSettings(storageDir, { keep: 10, verify: 'checksum' });
    const inTheWay = await Promise.all(
      NODES.map(async (node) => {
        const session = await openSession(
          addressOf(nodeUrl(galera, node).replace(/[^/]*$/, ledger.database.address.database)),
        );
        await session.query('START TRANSACTION');
        await session.query('SELECT * FROM vehicles FOR UPDATE');
        return session;
      }),
    );
    try {
      await runBackup(
        { settings, address, ledger: backupLedger, settleInterrupted },
        { trigger: 'MANUAL', force: true, once: true },
      );
      const outcome = await restore(
        { settings, address, ledger: backupLedger, knownSchemas, migrate: migrateDatabase, unlogged: false },
        { source: { kind: 'latest' }, into: null, safetyBackup: true },
        () => Promise.resolve(true),
      );
      expect(outcome?.lastOperation).toBe(1);
      for (const session of inTheWay) await expect(session.query('SELECT 1')).rejects.toMatchObject({ errno: 1213 });
    } finally {
      for (const session of inTheWay) session.close();
      await rm(storageDir, { recursive: true, force: true });
    }
  }, 120_000);

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
    expect(await ledger.check()).toEqual([]);
  });
});
