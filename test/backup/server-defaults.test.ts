import { createConnection, type Connection } from 'mysql2/promise';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { dumpDatabase } from '../../src/backup/dump/dump';
import { createWorkFile } from '../../src/backup/files/staging';
import { loadDump } from '../../src/backup/load/load-dump';
import { readServer } from '../../src/backup/server/server-version';
import { openSession, type Session } from '../../src/backup/server/session';
import type { DatabaseAddress } from '../../src/database/connection/address';
import { createDataSource } from '../../src/database/data-source';
import { parseDatabaseUrl } from '../../src/database/connection/url';
import { FAMILY } from '../support/engine';
import { startPrivateDatabaseServer, type PrivateDatabaseServer } from '../support/private-database-server';
import { temporaryFolder, waitFor } from './support';

/** A server that hands each session the worst of everything; `init_connect` is for accounts without SUPER alone. */
const WORST = [
  "GLOBAL init_connect = 'SET NAMES latin1'",
  'GLOBAL autocommit = 0',
  "GLOBAL time_zone = '+05:00'",
  "GLOBAL sql_mode = ''",
  'GLOBAL sql_select_limit = 2',
  'GLOBAL max_allowed_packet = 1048576',
  FAMILY === 'mariadb' ? 'GLOBAL max_statement_time = 1' : 'GLOBAL max_execution_time = 1000',
];
const TEXT = 'ünï 🚗';

let server: PrivateDatabaseServer;
let admin: Connection;
let address: DatabaseAddress;
let folder: string;
let session: Session;
beforeAll(async () => {
  server = await startPrivateDatabaseServer();
  const root = parseDatabaseUrl(server.url);
  if (typeof root === 'string') throw new Error(root);
  const place = root.socketPath === undefined ? { ...root.hosts[0] } : { socketPath: root.socketPath };
  admin = await createConnection({ ...place, user: root.user, password: root.password, database: root.database });
  await admin.query("CREATE USER plain@'%' IDENTIFIED BY 'plain'");
  if (FAMILY === 'mariadb') await admin.query("CREATE USER plain@localhost IDENTIFIED BY 'plain'");
  for (const host of FAMILY === 'mariadb' ? ['%', 'localhost'] : ['%']) {
    for (const name of ['motorpool', 'other']) await admin.query(`GRANT ALL ON ${name}.* TO plain@'${host}'`);
  }
  await admin.query('CREATE DATABASE other CHARACTER SET utf8mb4');
  await admin.query(
    'CREATE TABLE t (id INT PRIMARY KEY, text VARCHAR(20), at TIMESTAMP NOT NULL) CHARACTER SET utf8mb4',
  );
  for (const setting of WORST) await admin.query(`SET ${setting}`);
  address = { ...root, user: 'plain', password: 'plain' };
  folder = temporaryFolder();
});
afterAll(async () => {
  await admin.end();
  await server.close();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  await admin.query('SET autocommit = 1');
  await admin.query('TRUNCATE t');
  session = await openSession(address);
});
afterEach(() => {
  session.close();
});

/** Asked of the server as one that is not ours sees it. */
async function seen(table = 't'): Promise<unknown> {
  await admin.query("SET NAMES utf8mb4, time_zone = '+00:00', sql_select_limit = 1000");
  const [rows] = await admin.query(`SELECT id, HEX(text) AS text, CAST(at AS CHAR) AS at FROM ${table} ORDER BY id`);
  return rows;
}

const ROWS = [1, 2, 3].map((id) => ({
  id,
  text: Buffer.from(TEXT).toString('hex').toUpperCase(),
  at: '2026-01-02 03:04:05',
}));
const INSERT = `INSERT INTO t VALUES ${[1, 2, 3].map((id) => `(${id}, '${TEXT}', '2026-01-02 03:04:05')`).join(', ')}`;

test('the server does hand out these values', async () => {
  const plain = await createConnection({
    ...(address.socketPath === undefined ? address.hosts[0] : { socketPath: address.socketPath }),
    user: 'plain',
    password: 'plain',
    database: address.database,
  });
  const [rows] = await plain.query(
    'SELECT @@character_set_client AS charset, @@autocommit AS autocommit, @@time_zone AS zone',
  );
  await plain.end();
  expect(rows).toEqual([{ charset: 'latin1', autocommit: 0, zone: '+05:00' }]);
});

test('a session of the backup keeps to its own', async () => {
  await session.query(INSERT);
  expect(await seen()).toEqual(ROWS);
  expect(await session.query('SELECT id, text FROM t')).toEqual(ROWS.map(({ id }) => ({ id, text: TEXT })));
  await expect(session.query("INSERT INTO t VALUES (4, REPEAT('x', 21), NOW())")).rejects.toThrow(/too long/);
  const [row] = await session.query('SELECT SLEEP(1.5) AS ended');
  expect(Number(row?.ended)).toBe(0);
});

test('and so does one of the server process', async () => {
  const source = await createDataSource(address).initialize();
  try {
    await source.query(INSERT);
    expect(await seen()).toEqual(ROWS);
    expect(await source.query('SELECT id, text FROM t')).toEqual(ROWS.map(({ id }) => ({ id, text: TEXT })));
    const [slept] = await source.query<{ ended: unknown }[]>('SELECT SLEEP(1.5) AS ended');
    expect(Number(slept?.ended)).toBe(0);
  } finally {
    await source.destroy();
  }
});

async function dumped(): Promise<{ file: string; sql: string }> {
  const file = await createWorkFile(folder, 'tag');
  try {
    const known = { server: await readServer(session.query), workDirectory: folder, tag: 'tag', stallMs: 60_000 };
    await dumpDatabase({ ...known, session, file });
    return { file: file.path, sql: readFileSync(file.path, 'utf8') };
  } finally {
    await file.handle.close();
  }
}

test('a dump that a limit on rows would cut is refused', async () => {
  await expect(dumped()).rejects.toThrow(
    'The database server gives 2 rows of each table at most, so a backup would not be whole: run SET GLOBAL ' +
      'sql_select_limit = DEFAULT and take sql_select_limit out of its option files.',
  );
});

test('and so is one that a limit of init_connect would cut', async () => {
  await liftRowLimit();
  await admin.query("SET GLOBAL init_connect = 'SET NAMES latin1, SQL_SELECT_LIMIT = 2'");
  try {
    await expect(dumped()).rejects.toThrow(
      'The database server limits the rows of each SELECT by init_connect, so a backup would not be whole: take ' +
        'sql_select_limit out of it, there and in the option files.',
    );
  } finally {
    await admin.query(`SET ${WORST[0] ?? ''}`);
  }
});

test('a dump holds a row that is longer than any packet that the server takes', async () => {
  await liftRowLimit();
  // This connection is older than the limit.
  const text = 'x'.repeat(2 * 2 ** 20);
  await admin.query('CREATE TABLE wide (text LONGTEXT NOT NULL)');
  try {
    await admin.query('INSERT INTO wide VALUES (?)', [text]);
    expect((await dumped()).sql.includes(`('${text}');`)).toBe(true);
  } finally {
    await admin.query('DROP TABLE wide');
  }
});

/** Without the limit that no dump can do with. */
async function liftRowLimit(): Promise<void> {
  await admin.query('SET GLOBAL sql_select_limit = DEFAULT');
}

test('a dump holds every row, byte and time, however long it waits', async () => {
  await liftRowLimit();
  await session.query(INSERT);
  await admin.query('LOCK TABLES t WRITE');
  const dumping = dumped();
  await waitFor('the dump at the table', async () => {
    const [rows] = await admin.query('SHOW PROCESSLIST');
    return (rows as { User: string; State: string | null }[]).some(
      (each) => each.User === 'plain' && /^Waiting for/.test(each.State ?? ''),
    );
  });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await admin.query('UNLOCK TABLES');
  const { sql } = await dumping;
  for (const { id } of ROWS) expect(sql).toContain(`(${id},'${TEXT}','2026-01-02 03:04:05')`);
});

test('a load commits what the file holds, in its own characters and times, however long a statement takes', async () => {
  await liftRowLimit();
  await session.query(INSERT);
  const { sql } = await dumped();
  // As in a file whose dump program set no names: then the session's own count.
  const slow = sql.replace(/.*SET NAMES utf8mb4.*\n/, '').replace(/(INSERT INTO `t` VALUES)/, 'DO SLEEP(1.5);\n$1');
  const file = path.join(folder, 'slow.sql');
  writeFileSync(file, slow);
  await loadDump({
    server: await readServer(session.query),
    address: { ...address, database: 'other' },
    file,
    dump: { sqlBytes: Buffer.byteLength(slow), sha256: createHash('sha256').update(slow).digest('hex') },
    initCommand: null,
    workDirectory: folder,
    tag: 'tag',
    stallMs: 60_000,
  });
  expect(await seen('other.t')).toEqual(ROWS);
});
