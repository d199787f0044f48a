import { createConnection, type Connection } from 'mysql2/promise';
import { readFileSync } from 'node:fs';
import { backupSettings } from '../../../src/backup/core/settings';
import { readFollowState } from '../../../src/backup/segments/follow-state';
import { connectionOptions } from '../../../src/database/connection/connection-options';
import type { Child } from '../../support/child';
import { FAMILY } from '../../support/engine';
import { createTestDatabase } from '../../support/database';
import { type PrivateDatabaseServer, startPrivateDatabaseServer } from '../../support/private-database-server';
import { type Bench, createLedgerTables, operate, statusOf, temporaryFolder, waitFor } from '../support';
import { chainOf, coverageOf, followed, startFollower, stored } from './support';

/** What is of the whole server: its logs, and the rights of an account. */
let server: PrivateDatabaseServer;
let bench: Pick<Bench, 'database' | 'settings'>;
let administrator: Connection;

beforeAll(async () => {
  server = await startPrivateDatabaseServer();
  const database = await createTestDatabase(server.url);
  await createLedgerTables(database);
  const settings = backupSettings(temporaryFolder(), { keep: 10, verify: 'checksum', mode: 'log' });
  bench = { database, settings };
  administrator = await createConnection(connectionOptions(database.address));
});

afterAll(async () => {
  await administrator.end();
  await bench.database.drop();
  await server.close();
});

let follower: Child | null = null;

afterEach(async () => {
  await follower?.end();
});

test('a log that was purged before it was read is said, and a new base leads on', async () => {
  const { database, settings } = bench;
  follower = startFollower(bench);
  await followed(bench);
  await operate(database);
  await stored(bench, 1);
  const before = await chainOf(bench);
  await follower.end();

  await operate(database);
  await administrator.query('FLUSH LOGS');
  const [rows] = await administrator.query('SHOW BINARY LOGS');
  const newest = (rows as { Log_name: string }[]).at(-1)?.Log_name ?? '';
  await waitFor('the purge', async () => {
    await administrator.query(`PURGE BINARY LOGS TO '${newest}'`);
    const [left] = await administrator.query('SHOW BINARY LOGS');
    return (left as unknown[]).length === 1;
  });
  expect((await coverageOf(bench)).missed).toBe(1);

  follower = startFollower(bench);
  await stored(bench, 2);
  expect(readFileSync(settings.logFile, 'utf8')).toMatch(
    /WARN The binary log does not lead on from \S+: The server no longer has its binary log \S+ .* A new base is made\./,
  );
  await operate(database);
  await stored(bench, 3);
  expect((await chainOf(bench)).base.filename > before.base.filename).toBe(true);
  await follower.end();

  // Begun again: the same name and places come again.
  await administrator.query('RESET MASTER').catch(() => administrator.query('RESET BINARY LOGS AND GTIDS'));
  await operate(database);
  follower = startFollower(bench);
  await stored(bench, 4);
  await operate(database);
  await stored(bench, 5);
  await follower.end('SIGTERM');
});

test('a right that is missing is named, and the status says that each operation gets a backup', async () => {
  const { database, settings } = bench;
  const name = database.address.database;
  for (const host of ['localhost', '%']) {
    await administrator.query(`CREATE USER 'plain'@'${host}' IDENTIFIED BY 'plain-password'`);
    await administrator.query(`GRANT ALL ON \`${name}\`.* TO 'plain'@'${host}'`);
  }
  const address = { ...database.address, user: 'plain', password: 'plain-password' };
  follower = startFollower({ settings, database: { ...database, address } });
  const told = await waitFor('the missing right', async () => {
    const state = await readFollowState(settings);
    return state?.state === 'impossible' && state;
  });
  // MySQL tells a dump its place in the log only with rights of its own, which come first.
  const lacking =
    FAMILY === 'mysql'
      ? 'backups do not tell their place in the binary log: docs/databases.md has the rights that MySQL wants for that.'
      : 'the database account plain may not read the binary log: grant it REPLICATION SLAVE ON *.*.';
  expect(told.problem).toBe(`BACKUP_MODE=log has no effect, so each operation gets a backup of everything: ${lacking}`);
  const { healthy, proofNote } = await statusOf(bench);
  expect(healthy).toBe(true);
  expect(proofNote).toContain(told.problem);
  await follower.end('SIGTERM');
});
