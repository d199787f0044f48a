import { randomBytes } from 'node:crypto';
import mysql from 'mysql2/promise';
import { lockName } from '../../src/backup/server/backup-lock';
import { connectionOptions } from '../../src/database/connection/connection-options';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { allProcesses } from '../support/processes';
import { waitFor } from '../support/wait';
import { backupLog, backupsIn, clearUp, newFolder, processesOf, Server } from './programs';

const SECRET = `hunter2-${randomBytes(9).toString('hex')}`;
const USER = `process_${randomBytes(4).toString('hex')}`;

let database: TestDatabase;
let blocker: mysql.Connection;

beforeEach(async () => {
  database = await createTestDatabase();
  const { query } = database;
  await query(`CREATE USER ${USER}@'%' IDENTIFIED BY '${SECRET}', ${USER}@localhost IDENTIFIED BY '${SECRET}'`);
  for (const host of ["'%'", 'localhost']) await query(`GRANT ALL ON *.* TO ${USER}@${host}`);
  blocker = await mysql.createConnection(connectionOptions(database.address));
});

afterEach(async () => {
  blocker.destroy();
  await clearUp();
  await database.query(`DROP USER ${USER}@'%', ${USER}@localhost`);
  await database.drop();
});

test('while a backup runs, the password is in no argument list, no other environment and no log', async () => {
  const folder = newFolder();
  const url = database.url.replace(/\/\/[^@]*@/, `//${USER}:${SECRET}@`);
  const server = await Server.start(folder, { DATABASE_URL: url, JWT_SECRET: `${SECRET}-and-something-to-sign-with` });
  const admin = await server.signIn();

  // The dump shall not end before it was looked at: it waits for a table.
  const lock = lockName(database.address.database);
  await blocker.query('SELECT GET_LOCK(?, 10)', [lock]);
  await admin.buy('1000.00');
  await waitFor('a backup that waits', () => /waiting for its end/.test(backupLog(folder)));
  await blocker.query('LOCK TABLES users WRITE');
  await blocker.query('SELECT RELEASE_LOCK(?)', [lock]);

  const seen = new Set<string>();
  const look = (): void => {
    for (const { pid, command, environment } of allProcesses()) {
      const isOurs = environment.includes(`:${folder}`);
      if (isOurs) seen.add(/mariadb-dump|mysqldump|backup-worker/.exec(command)?.[0] ?? command);
      // What the server was given in its environment is there; and the look itself must not find itself.
      const given = pid === server.pid || pid === process.pid ? '' : environment;
      if (`${command} ${given}`.includes(SECRET)) throw new Error(`The password is in process ${pid}: ${command}`);
    }
  };
  await waitFor('the program that dumps', () => {
    look();
    return seen.has('mariadb-dump') || seen.has('mysqldump');
  });
  await blocker.query('UNLOCK TABLES');
  await waitFor('the backup', () => {
    look();
    return backupsIn(folder).length > 0;
  });
  await waitFor('its proof', () => {
    look();
    return backupLog(folder).includes('Proven: ');
  });
  expect([...seen]).toContain('backup-worker');
  await server.end('SIGTERM');
  expect(backupLog(folder) + server.stdout + server.stderr).not.toContain(SECRET);
  expect(processesOf(folder)).toEqual([]);
});
