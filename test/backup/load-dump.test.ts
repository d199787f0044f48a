import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadDump } from '../../src/backup/load-dump';
import { readServer } from '../../src/backup/server';
import { openSession } from '../../src/backup/session';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { testUnlessLeftOut } from '../support/engine';
import { rejection, temporaryFolder, waitFor } from './support';

const STATEMENTS = 6;
const ROWS = 4_000;

let folder: string;
let database: TestDatabase;
beforeEach(async () => {
  folder = temporaryFolder();
  database = await createTestDatabase();
});
afterEach(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

/** A table of some MiB whose rows tell which session inserted them, before one that refers to it. */
function dumpText(key = 'PRIMARY KEY (`id`)'): string {
  const rows = (from: number): string =>
    Array.from({ length: ROWS }, (_, i) => `(${from + i},${from + i},'${'x'.repeat(100)};')`).join(',\n');
  const inserts = Array.from(
    { length: STATEMENTS },
    (_, i) => `INSERT INTO \`a\` (\`id\`, \`b\`, \`text\`) VALUES\n${rows(i * ROWS)};\n`,
  );
  return `-- MariaDB dump
/*!40101 SET NAMES utf8mb4 */;
/*!40101 SET SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40014 SET UNIQUE_CHECKS=0 */;
/*!40014 SET FOREIGN_KEY_CHECKS=0 */;
CREATE TABLE \`a\` (
  \`id\` int NOT NULL AUTO_INCREMENT,
  \`b\` int NOT NULL,
  \`text\` varchar(200) NOT NULL,
  \`session\` bigint NOT NULL DEFAULT (CONNECTION_ID()),
  ${key},
  KEY \`a_b\` (\`b\`)
) ENGINE=InnoDB;
/*!40000 ALTER TABLE \`a\` DISABLE KEYS */;
${inserts.join('')}/*!40000 ALTER TABLE \`a\` ENABLE KEYS */;
CREATE TABLE \`c\` (
  \`id\` int NOT NULL,
  PRIMARY KEY (\`id\`),
  CONSTRAINT \`c_a\` FOREIGN KEY (\`id\`) REFERENCES \`a\` (\`id\`)
) ENGINE=InnoDB;
INSERT INTO \`c\` VALUES
(0),
(1);
-- Dumping routines for database 'p'
-- Dump completed
`;
}

const TABLE_B = `CREATE TABLE \`b\` (
  \`id\` int NOT NULL,
  PRIMARY KEY (\`id\`)
) ENGINE=InnoDB;
INSERT INTO \`b\` VALUES
(7);
`;

async function load(sql: string, change: Partial<Parameters<typeof loadDump>[0]> = {}): Promise<void> {
  const file = path.join(folder, 'dump.sql');
  writeFileSync(file, sql);
  await loadDump({
    server: await readServer(database.query),
    address: database.address,
    file,
    dump: { sqlBytes: Buffer.byteLength(sql), sha256: createHash('sha256').update(sql).digest('hex') },
    initCommand: null,
    workDirectory: folder,
    tag: 'tag',
    stallMs: 60_000,
    sideBySide: true,
    ...change,
  });
}

/** The sessions that run such a statement in the database. */
function sessions(like: string): Promise<Record<string, unknown>[]> {
  return database.query('SELECT ID AS id FROM information_schema.PROCESSLIST WHERE DB = ? AND INFO LIKE ?', [
    database.address.database,
    like,
  ]);
}

async function restored(): Promise<Record<string, unknown>> {
  const [row] = await database.query(
    `SELECT COUNT(*) AS n, MIN(id) AS low, MAX(id) AS high, SUM(id = b AND text LIKE '%x;') AS whole,
            COUNT(DISTINCT session) AS sessions, (SELECT COUNT(*) FROM c) AS others FROM a`,
  );
  return Object.fromEntries(Object.entries(row ?? {}).map(([name, value]) => [name, Number(value)]));
}

const WHOLE = {
  n: STATEMENTS * ROWS,
  low: 0,
  high: STATEMENTS * ROWS - 1,
  whole: STATEMENTS * ROWS,
  others: 2,
};

test('two sessions insert the rows of a large table, with the settings of the dump', async () => {
  await load(dumpText());
  expect(await restored()).toEqual({ ...WHOLE, sessions: 2 });
  const [key] = await database.query('SHOW KEYS FROM a WHERE Key_name = ?', ['a_b']);
  expect(key?.Column_name).toBe('b');
});

test('so they do where the dump commits the rows of each table at its end, as those of MariaDB 11 do', async () => {
  const [before, after] = ['/*!40000 ALTER TABLE `a` DISABLE KEYS */;\n', '/*!40000 ALTER TABLE `a` ENABLE KEYS */;\n'];
  const sql = dumpText()
    .replace(before, `${before}SET @OLD_AUTOCOMMIT=@@AUTOCOMMIT, @@AUTOCOMMIT=0;\n`)
    .replace(after, `${after}COMMIT;\nSET AUTOCOMMIT=@OLD_AUTOCOMMIT;\n`);
  await load(sql);
  expect(await restored()).toEqual({ ...WHOLE, sessions: 2 });
});

testUnlessLeftOut(
  'the keys of a large table are made while the next tables are restored, and references after them',
  async () => {
    const { query, address } = database;
    const name = `rows of ${address.database}`;
    // Sessions of their own: one holds the last rows back, the other the keys.
    const rows = await openSession(address);
    const keys = await openSession(address);
    try {
      await rows.query('SELECT GET_LOCK(?, 0)', [name]);
      const lastRow = `(-1,GET_LOCK('${name}', 60),'')`;
      const loading = load(withRow(STATEMENTS - 1, lastRow).replace('(1);\n--', `(1);\n${TABLE_B}--`));
      await waitFor('the last rows', async () => (await sessions('INSERT%GET_LOCK%')).length > 0);
      await keys.query('START TRANSACTION');
      await keys.query('SELECT id FROM a LIMIT 1');
      await rows.query('SELECT RELEASE_LOCK(?)', [name]);
      await waitFor('the next tables', async () => {
        const [found] = await query("SHOW TABLES LIKE 'b'");
        return found !== undefined && Number((await query('SELECT COUNT(*) AS n FROM b'))[0]?.n) === 1;
      });
      expect(await query('SHOW KEYS FROM a WHERE Key_name = ?', ['a_b'])).toEqual([]);
      await keys.query('COMMIT');
      await loading;
      expect(await query('SHOW KEYS FROM a WHERE Key_name = ?', ['a_b'])).toHaveLength(1);
      const [definition] = await query('SHOW CREATE TABLE c');
      expect(definition?.['Create Table']).toContain('CONSTRAINT `c_a` FOREIGN KEY (`id`) REFERENCES `a` (`id`)');
    } finally {
      rows.close();
      keys.close();
    }
  },
);

test('a key that cannot be made ends the load', async () => {
  const sql = dumpText().replace('KEY `a_b`', 'UNIQUE KEY `a_b`').replace('(1,1,', '(1,2,');
  expect((await rejection(load(sql))).message).toMatch(/^The dump does not restore: .*Duplicate entry '2' for key/);
});

test.each([
  ['before', 'z', true],
  ['before', 'z', false],
  ['after', 'A', true],
])('a table without a primary key refers to a key of a table %s it, named %s', async (_, name, sideBySide) => {
  const other =
    `CREATE TABLE \`${name}\` (\n  \`b\` int NOT NULL,\n  KEY \`k\` (\`b\`),\n` +
    `  CONSTRAINT \`to_a\` FOREIGN KEY (\`b\`) REFERENCES \`a\` (\`b\`)\n) ENGINE=InnoDB;\n` +
    `INSERT INTO \`${name}\` VALUES\n(3);\n`;
  const sql = dumpText().replace('KEY `a_b`', 'UNIQUE KEY `a_b`');
  await load(
    name === 'A'
      ? sql.replace('CREATE TABLE `a`', `${other}CREATE TABLE \`a\``)
      : sql.replace('-- Dumping', `${other}-- Dumping`),
    { sideBySide },
  );
  const [definition] = await database.query(`SHOW CREATE TABLE ${name}`);
  expect(definition?.['Create Table']).toContain('CONSTRAINT `to_a` FOREIGN KEY (`b`) REFERENCES `a` (`b`)');
});

test('every character comes back in either session, whatever a definition was written in', async () => {
  const definition = /CREATE TABLE `a` \([^;]*;\n/;
  const sql = dumpText()
    .replaceAll("x;')", "😀;')")
    .replace(
      definition,
      (create) =>
        '/*!40101 SET @saved_cs_client     = @@character_set_client */;\n' +
        '/*!40101 SET character_set_client = utf8mb3 */;\n' +
        create.replace('ENGINE=InnoDB', 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4') +
        '/*!40101 SET character_set_client = @saved_cs_client */;\n',
    );
  await load(sql);
  expect(await restored()).toMatchObject({ n: WHOLE.n, sessions: 2 });
  expect(await database.query("SELECT COUNT(*) AS n FROM a WHERE text LIKE '%😀;'")).toEqual([{ n: String(WHOLE.n) }]);
});

test('statements in the body of a trigger or an event are not taken for rows', async () => {
  const body =
    'DELIMITER ;;\nCREATE TRIGGER `t` AFTER INSERT ON `c` FOR EACH ROW BEGIN\n' +
    'INSERT INTO `d` VALUES (1);\nINSERT INTO `d` VALUES (2);\nINSERT INTO `d` VALUES (3);\nEND ;;\nDELIMITER ;\n';
  const table = 'CREATE TABLE `d` (\n  `id` int NOT NULL,\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB;\n';
  await load(dumpText().replace('-- Dumping routines', `${table}${body}-- Dumping routines`));
  expect(await restored()).toEqual({ ...WHOLE, sessions: 2 });
  const [trigger] = await database.query('SHOW CREATE TRIGGER t');
  expect(trigger?.['SQL Original Statement']).toContain('VALUES (2);\nINSERT INTO `d` VALUES (3);\nEND');
});

test('nor is a table that an event makes taken for one of the dump', async () => {
  const body =
    'CREATE TABLE `e` (\n  `id` int NOT NULL,\n  `b` int,\n  PRIMARY KEY (`id`),\n  KEY `e_b` (`b`)\n) ENGINE=InnoDB';
  const event = `DELIMITER ;;\nCREATE EVENT \`ev\` ON SCHEDULE EVERY 1 YEAR DISABLE DO\n${body} ;;\nDELIMITER ;\n`;
  await load(dumpText().replace('-- Dumping routines', `${event}-- Dumping routines`));
  const [made] = await database.query('SHOW CREATE EVENT ev');
  expect(made?.['Create Event']).toContain('KEY `e_b` (`b`)');
});

test('one does where nobody waits for the end, or rows have no order of their own', async () => {
  await load(dumpText(), { sideBySide: false });
  expect(await restored()).toEqual({ ...WHOLE, sessions: 1 });
  await database.query('DROP TABLE c, a');
  await load(dumpText('UNIQUE KEY `u` (`id`)'));
  expect(await restored()).toEqual({ ...WHOLE, sessions: 1 });
});

test.each([
  ['one does where the server gives no other', 1, 1],
  ['two do, and then the first alone makes keys or the next rows, where it gives one more', 2, 2],
])('%s', async (_, connections, sessions) => {
  const user = `one_${database.address.database}`.slice(0, 32);
  const { query, address } = database;
  await query(`CREATE USER '${user}'@'%' IDENTIFIED BY 'secret' WITH MAX_USER_CONNECTIONS ${connections}`);
  try {
    await query(`GRANT ALL ON \`${address.database}\`.* TO '${user}'@'%'`);
    await load(dumpText(), { address: { ...address, user, password: 'secret' } });
    expect(await restored()).toEqual({ ...WHOLE, sessions });
  } finally {
    await query(`DROP USER '${user}'@'%'`);
  }
});

/** The dump with another row in one of its statements. */
function withRow(statement: number, row: string): string {
  const parts = dumpText().split('VALUES\n');
  parts[statement + 1] = `${row},\n${parts[statement + 1] ?? ''}`;
  return parts.join('VALUES\n');
}

test.each([0, 1, 2, 3, STATEMENTS - 1])('what the server refuses in statement %i ends the load', async (statement) => {
  const { message } = await rejection(load(withRow(statement, "(-1,nonsense,'')")));
  // Not the statement, whose rows are nobody's business.
  expect(message).toMatch(/^The dump does not restore: \w+ reports an error: ERROR 1054 .*Unknown column 'nonsense'/);
});

test.each([0, 2, 3])(
  'a session that the server ends in statement %i ends the load and the other',
  async (statement) => {
    const { query } = database;
    const loading = rejection(load(withRow(statement, "(-1,SLEEP(1000),'')")));
    await waitFor('the statement', async () => {
      const [row] = await sessions('INSERT%SLEEP(1000)%');
      if (row === undefined) return false;
      await query(`KILL ${String(row.id)}`);
      return true;
    });
    expect((await loading).message).toMatch(/^The dump does not restore: /);
    await waitFor('the end of all sessions', async () => (await sessions('INSERT%')).length === 0);
  },
);

/** Long enough for a program to start on a busy machine. */
const STALL_MS = 2_000;

test('a statement may take longer than any wait for a byte', async () => {
  await load(withRow(0, "(-1,SLEEP(5),'')"), { stallMs: STALL_MS });
  expect(await restored()).toMatchObject({ n: WHOLE.n + 1 });
});

test('a program whose statement waits for a lock is ended', async () => {
  const { query, address } = database;
  await query('CREATE TABLE held (id int)');
  const holder = await openSession(address);
  try {
    await holder.query('LOCK TABLES held READ');
    const sql = dumpText().replace('CREATE TABLE `a`', 'INSERT INTO `held` VALUES\n(1);\nCREATE TABLE `a`');
    const name = (await readServer(query)).family;
    expect((await rejection(load(sql, { stallMs: STALL_MS }))).message).toBe(
      `The program ${name} did nothing for 2 seconds and was ended.`,
    );
  } finally {
    holder.close();
  }
});
