import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { readBackup } from '../../src/backup/files/catalogue';
import type { RestoreDependencies } from '../../src/backup/restore/common/context';
import { restore } from '../../src/backup/restore/restore';
import { backupSettings } from '../../src/backup/core/settings';
import { knownSchemas, migrateDatabase } from '../../src/database/known-schemas';
import { parseDatabaseUrl } from '../../src/database/connection/url';
import { backupLedger } from '../../src/services/backup-ledger';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { FAMILY } from '../support/engine';
import { FakePrograms } from '../backup/fake-programs';
import { ROOT } from '../support/programs';
import { startTestServer, type TestServer } from '../support/server';
import { waitFor } from '../support/wait';
import { allBackedUp } from '../support/traces';

/** The SQL of docs/databases.md by its heading, for any server and for those of the family under test. */
const sections = new Map(
  readFileSync(path.join(ROOT, 'docs', 'databases.md'), 'utf8')
    .split(/^### /m)
    .slice(1)
    .map((text) => [
      text.slice(0, text.indexOf('\n')),
      [...text.matchAll(/^```sql ?(\w*)\n(.*?)^```$/gms)]
        .filter(([, family]) => family === '' || family === FAMILY)
        .flatMap(([, , block = '']) => block.trim().split('\n')),
    ]),
);

// A server, and several backups and restores of its own, for each.
jest.setTimeout(180_000);

describe('the accounts of docs/databases.md', () => {
  let admin: TestDatabase;
  let server: TestServer | undefined;
  let name: string;
  let url: string;

  const programs = new FakePrograms();
  beforeAll(() => {
    programs.hideServers();
  });
  afterAll(() => {
    programs.remove();
  });

  beforeEach(async () => {
    admin = await createTestDatabase();
    name = `${admin.address.database}_pool`;
    url = admin.url
      .replace(/\/\/.*@/, `//${name}:${encodeURIComponent('a long password')}@`)
      .replace(/\/[^/?]*(\?|$)/, `/${name}$1`);
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
    await admin.query('DROP USER IF EXISTS ??', [name]);
    await admin.query('DROP DATABASE IF EXISTS ??', [name]);
    await admin.drop();
  });

  /** Does what stands under that heading, for a database and an account of this test's own. */
  const grant = async (heading: string): Promise<void> => {
    const statements = sections.get(heading) ?? [];
    expect(statements).not.toEqual([]);
    const own = (text: string): string =>
      text
        .replaceAll("'motorpool'@", `'${name}'@`)
        .replaceAll('`motorpool`', `\`${name}\``)
        .replaceAll('`motorpool\\_', `\`${name.replaceAll('_', '\\_')}\\_`)
        .replaceAll('DATABASE motorpool ', `DATABASE ${name} `);
    for (const statement of statements) await admin.query(own(statement));
  };

  const start = async (): Promise<TestServer> => {
    server = await startTestServer({ DATABASE_URL: url });
    return server;
  };
  const newest = async (at: TestServer) => {
    await allBackedUp(at);
    const { backups } = await at.admin.administer<{ backups: { filename: string; proof: string }[] }>(
      '{ backups { filename proof } }',
    );
    return backups[0];
  };

  test('serve the server and its backups, each with the rights that are promised for it', async () => {
    await grant('The server and its backups');
    const running = await start();
    await running.admin.buy('100.00');
    expect(await newest(running)).toMatchObject({ proof: 'UNPROVEN' });
    await running.admin.buy('100.00');
    expect(await newest(running)).toMatchObject({ proof: 'UNPROVEN' });
    const log = readFileSync(path.join(running.storageDir, 'logs', 'backup.log'), 'utf8');
    expect(log).toMatch(
      / WARN Proof not made: The database account \S+ may not restore into a scratch database \(Access denied/,
    );
    expect(log).not.toContain(' ERROR ');

    await grant('Proofs beside the live database');
    await running.admin.buy('100.00');
    // It is tried again by itself.
    await waitFor('the proof', async () => (await newest(running))?.proof === 'PROVEN');
  });

  test('serve a restore, also to an operation between two backups', async () => {
    await grant('The server and its backups');
    await grant('Proofs beside the live database');
    await grant('Test restores that the binary log does not see');
    await grant('Restores to any operation');
    const running = await start();
    await admin.query('CREATE DEFINER = ?? VIEW ??.report AS SELECT * FROM ??.vehicles', [name, name, name]);
    await running.admin.buy('100.00');
    const settings = backupSettings(running.storageDir, { keep: 10, verify: 'restore' });
    const { filename = '' } = (await newest(running)) ?? {};
    const first = path.join(settings.directory, filename);
    await running.admin.buy('200.00');
    await running.admin.buy('300.00');
    await allBackedUp(running);
    // The binary log alone leads on from the first.
    for (const name of readdirSync(settings.directory)) {
      if (name !== filename) rmSync(path.join(settings.directory, name));
    }

    const address = parseDatabaseUrl(url);
    if (typeof address === 'string') throw new Error(address);
    const dependencies: RestoreDependencies = {
      settings: backupSettings(`${running.storageDir}/other`, { keep: 10, verify: 'restore' }),
      address,
      ledger: backupLedger,
      knownSchemas,
      migrate: migrateDatabase,
      unlogged: true,
    };
    expect(await readBackup(first)).toMatchObject({ lastOperation: { number: 1 } });
    const refused = restore(
      dependencies,
      { source: { kind: 'file', file: first }, into: null, safetyBackup: false },
      () => Promise.resolve(true),
    );
    await expect(refused).rejects.toThrow(/may not make a database beside/);
    await grant('Restores');
    const run = (source: Parameters<typeof restore>[1]['source']) =>
      restore({ ...dependencies, settings }, { source, into: null, safetyBackup: true }, () => Promise.resolve(true));
    expect(await run({ kind: 'operation', number: 2 })).toMatchObject({ lastOperation: 2 });
    expect(await run({ kind: 'file', file: first })).toMatchObject({ lastOperation: 1 });
    expect(await admin.query('SELECT * FROM ??.report', [name])).toHaveLength(1);
  });
});
