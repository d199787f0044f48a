import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { listBackups } from '../../src/backup/files/catalogue';
import { settleInterrupted } from '../../src/cli/settle-interrupted';
import { proveNewest } from '../../src/backup/run/prove-newest';
import { runBackup } from '../../src/backup/run/run-backup';
import { backupSettings } from '../../src/backup/core/settings';
import { EmbeddedDatabase } from '../../src/database/embedded/embedded';
import { findProgram } from '../../src/database/host/programs';
import { Role } from '../../src/entities/enums';
import { checkLedger } from '../../src/services/ledger-check';
import { backupLedger } from '../../src/services/backup-ledger';
import { startChild } from '../backup/child';
import { restoreWithStockClient } from '../backup/stock-client';
import { createLedgerTables, operate, testLedger } from '../backup/support';
import { createTestDatabase } from '../support/database';
import { FAMILY } from '../support/engine';
import { createLedger } from '../support/ledger';
import { rowsOf } from './rows';

/** Needs servers and clients of both families: those of MySQL are there under npm run test:engines. */
const both = FAMILY === 'mysql' ? describe : describe.skip;

both('a backup from one family of servers', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'families-'));
  const mariaDb = new EmbeddedDatabase(path.join(folder, 'storage'));
  const servers = new Map<string, string>();

  beforeAll(async () => {
    const { user, socketPath = '' } = await mariaDb.acquire();
    const url = `mysql://${user}@localhost/motorpool?socketPath=${encodeURIComponent(socketPath)}`;
    const base = await createTestDatabase(url);
    // The clients of MySQL cannot sign in by who runs them.
    await base.query(`CREATE USER 'keeper'@'%' IDENTIFIED BY 'keeper'`);
    await base.query(`GRANT ALL ON *.* TO 'keeper'@'%' WITH GRANT OPTION`);
    await base.drop();
    servers.set('MariaDB', url.replace(`//${user}@`, '//keeper:keeper@'));
    servers.set('MySQL', process.env.TEST_DATABASE_URL ?? '');
  });
  afterAll(async () => {
    await mariaDb.release();
    rmSync(folder, { recursive: true });
  });

  describe.each(['MariaDB', 'MySQL'])('%s', (from) => {
    let file: string;
    let rows: Record<string, unknown[]>;

    beforeAll(async () => {
      const ledger = await createLedger({
        roles: [Role.OPERATOR, Role.INVESTOR],
        ...(servers.get(from) === undefined ? {} : { server: servers.get(from) }),
      });
      await ledger.move(2, 100_000n);
      await ledger.move(3, 50_001n);
      const vehicle = await ledger.vehicles.buy(ledger.actor, { title: `it's "a" \\ 🚗 ünï`, cost: 10_000n });
      await ledger.vehicles.sell(ledger.actor, { vehicleId: String(vehicle.id), price: 20_003n });
      const settings = backupSettings(path.join(folder, from), { keep: 10, verify: 'restore' });
      const dependencies = { settings, address: ledger.database.address, ledger: backupLedger, settleInterrupted };
      const { published } = await runBackup(dependencies, { trigger: 'MANUAL', force: true, once: true });
      expect((await proveNewest(dependencies)).judged[0]).toMatchObject({ state: 'PROVEN' });
      file = published[0]?.path ?? '';
      rows = await rowsOf(ledger.query);
      await ledger.close();
    });

    test.each([
      ['MariaDB', 'mariadb'],
      ['MariaDB', 'mysql'],
      ['MySQL', 'mysql'],
      ['MySQL', 'mariadb'],
    ])('restores into %s by the stock client %s', async (into, client) => {
      const target = await createTestDatabase(servers.get(into));
      try {
        await restoreWithStockClient(target.address, target.address.database, file, client);
        expect(await checkLedger(target.query)).toEqual([]);
        expect(await rowsOf(target.query)).toEqual(rows);
      } finally {
        await target.drop();
      }
    });
  });

  // Only root may hide programs from one process.
  const hiding = process.getuid?.() === 0 ? test : test.skip;
  hiding.each([
    ['MariaDB', ['mariadb-dump', 'mariadb']],
    ['MySQL', ['mysqldump', 'mysql']],
  ])('of %s is made and proven by the programs of the other where its own are missing', async (from, programs) => {
    const database = await createTestDatabase(servers.get(from));
    try {
      await createLedgerTables(database);
      await operate(database);
      const settings = backupSettings(path.join(folder, `${from}-otherwise`), { keep: 10, verify: 'restore' });
      const files = programs.map((name) => realpathSync(findProgram([name]) ?? ''));
      const script = files.map((file) => `mount --bind /dev/null ${file} && `).join('');
      const child = startChild(
        { dependencies: { settings, address: database.address }, request: { trigger: 'OPERATION', force: false } },
        ['unshare', '-m', 'sh', '-c', `${script}exec "$@"`, 'sh'],
      );
      expect(await child.ended).toContain('"problem":null');
      const [backup] = await listBackups(settings.directory);
      const proof = { settings, address: database.address, ledger: testLedger, settleInterrupted };
      expect((await proveNewest(proof)).judged[0]).toMatchObject({ state: 'PROVEN' });
      expect(readFileSync(backup?.path ?? '', 'utf8')).toMatch(
        from === 'MariaDB' ? /^-- MySQL dump/m : /^-- MariaDB dump/m,
      );
    } finally {
      await database.drop();
    }
  });
});
