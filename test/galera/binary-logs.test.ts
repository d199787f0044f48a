import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { restore } from '../../src/backup/restore/restore';
import { settleInterrupted } from '../../src/cli/settle-interrupted';
import { runBackup } from '../../src/backup/run/run-backup';
import { backupSettings } from '../../src/backup/core/settings';
import { knownSchemas, migrateDatabase } from '../../src/database/known-schemas';
import type { DatabaseAddress } from '../../src/database/connection/address';
import { Role } from '../../src/entities/enums';
import { backupLedger } from '../../src/services/backup-ledger';
import { addressOf, type Galera, nodeUrl, startGalera } from '../support/galera';
import { createLedger, type LedgerUnderTest } from '../support/ledger';

const NODES = [0, 1, 2] as const;

describe('a Galera cluster whose nodes keep binary logs', () => {
  let galera: Galera;
  let ledger: LedgerUnderTest;
  let storageDir: string;

  beforeAll(async () => {
    galera = await startGalera(['--log-bin=binlog', '--log-slave-updates']);
  }, 120_000);
  afterAll(() => galera.stop());
  beforeEach(async () => {
    storageDir = await mkdtemp(path.join(tmpdir(), 'motorpool-'));
    ledger = await createLedger({ roles: [Role.OPERATOR, Role.INVESTOR], server: nodeUrl(galera, 0) });
  });
  afterEach(async () => {
    await ledger.close();
    await rm(storageDir, { recursive: true, force: true });
  });

  const at = (node: number): DatabaseAddress =>
    addressOf(nodeUrl(galera, node).replace(/[^/]*$/, ledger.database.address.database));

  test.each(NODES)('leads on from a backup by the log of the node that it was made at (%i)', async (maker) => {
    const settings = backupSettings(storageDir, { keep: 10, verify: 'restore' });
    await ledger.move(3, 100n);
    const asked = { trigger: 'MANUAL', force: true, once: true } as const;
    const { published } = await runBackup(
      { settings, address: at(maker), ledger: backupLedger, settleInterrupted },
      asked,
    );
    expect(published[0]?.lastOperation.number).toBe(1);
    await ledger.move(3, 20n);
    await ledger.move(3, 3n);
    for (const node of NODES) {
      const into = `${ledger.database.address.database}_at_${node}`;
      const outcome = restore(
        { settings, address: at(node), ledger: backupLedger, knownSchemas, migrate: migrateDatabase, unlogged: false },
        { source: { kind: 'operation', number: 2 }, into, safetyBackup: true },
        () => Promise.resolve(true),
      );
      if (node !== maker) {
        await expect(outcome).rejects.toThrow("binary log no longer reaches back to it, or is another server's");
        continue;
      }
      expect(await outcome).toMatchObject({ lastOperation: 2 });
      expect(await ledger.query(`SELECT balance FROM ${into}.users WHERE id = 3`)).toEqual([{ balance: '120' }]);
      await ledger.query(`DROP DATABASE ${into}`);
    }
  });
});
