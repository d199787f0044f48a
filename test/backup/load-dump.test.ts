import { createHash } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UnsoundBackup } from '../../src/backup/core/errors';
import { loadDump } from '../../src/backup/load/load-dump';
import { readServer } from '../../src/backup/server/server-version';
import { openSession } from '../../src/backup/server/session';
import { findProgram } from '../../src/database/host/programs';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { CLIENTS, FAMILY } from '../support/engine';
import { FakePrograms } from './fake-programs';
import { rejection, temporaryFolder, waitFor } from './support';

const STATEMENTS = 4;
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

/** A table of some MiB, before one that refers to it. */
function dumpText(): string {
  const rows = (from: number): string =>
    Array.from({ length: ROWS }, (_, i) => `(${from + i},${from + i},'${'x'.repeat(100)};')`).join(',\n');
  const inserts = Array.from({ length: STATEMENTS }, (_, i) => `INSERT INTO \`a\` VALUES\n${rows(i * ROWS)};\n`);
  return `-- MariaDB dump
/*!40101 SET NAMES utf8mb4 */;
/*!40101 SET SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40014 SET UNIQUE_CHECKS=0 */;
/*!40014 SET FOREIGN_KEY_CHECKS=0 */;
CREATE TABLE \`a\` (
  \`id\` int NOT NULL AUTO_INCREMENT,
  \`b\` int NOT NULL,
  \`text\` varchar(200) NOT NULL,
  PRIMARY KEY (\`id\`),
  KEY \`a_b\` (\`b\`)
) ENGINE=InnoDB;
${inserts.join('')}CREATE TABLE \`c\` (
  \`id\` int NOT NULL,
  PRIMARY KEY (\`id\`),
  CONSTRAINT \`c_a\` FOREIGN KEY (\`id\`) REFERENCES \`a\` (\`id\`)
) ENGINE=InnoDB;
INSERT INTO \`c\` VALUES
(0),
(1);
-- Dump completed
`;
}

const MANIFEST = '-- what the file says of itself\n';

async function load(sql: string, change: Partial<Parameters<typeof loadDump>[0]> = {}): Promise<void> {
  const file = path.join(folder, 'dump.sql');
  writeFileSync(file, sql + MANIFEST);
  await loadDump({
    server: await readServer(database.query),
    address: database.address,
    file,
    dump: { sqlBytes: Buffer.byteLength(sql), sha256: createHash('sha256').update(sql).digest('hex') },
    initCommand: null,
    workDirectory: folder,
    tag: 'tag',
    stallMs: 60_000,
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
            (SELECT COUNT(*) FROM c) AS others FROM a`,
  );
  return Object.fromEntries(Object.entries(row ?? {}).map(([name, value]) => [name, Number(value)]));
}

const WHOLE = { n: STATEMENTS * ROWS, low: 0, high: STATEMENTS * ROWS - 1, whole: STATEMENTS * ROWS, others: 2 };

test('the file is restored whole, and its progress told', async () => {
  const told: number[] = [];
  const sql = dumpText();
  await load(sql, { onBytes: (bytes) => told.push(bytes) });
  expect(await restored()).toEqual(WHOLE);
  expect(told.length).toBeGreaterThan(3);
  expect(told).toEqual([...told].sort((a, b) => a - b));
  expect(told.at(-1)).toBe(Buffer.byteLength(sql + MANIFEST));
});

test('a file of other bytes than were written is damaged', async () => {
  const error = await rejection(load(dumpText(), { dump: { sqlBytes: 1000, sha256: 'another' } }));
  expect(error).toBeInstanceOf(UnsoundBackup);
  expect(error.message).toMatch(/^The dump was damaged on the disk: reading .* back gave other bytes/);
});

test('what the server refuses ends the load, in words that hold no row', async () => {
  const { message } = await rejection(load(withRow(STATEMENTS - 1, "(-1,nonsense,'')")));
  expect(message).toMatch(/^The file does not restore: \w+ reports an error: ERROR 1054 .*Unknown column 'nonsense'/);
});

test('a session that the server ends ends the load', async () => {
  const { query } = database;
  const loading = rejection(load(withRow(0, "(-1,SLEEP(1000),'')")));
  await waitFor('the statement', async () => {
    const [row] = await sessions('INSERT%SLEEP(1000)%');
    if (row === undefined) return false;
    await query(`KILL ${String(row.id)}`);
    return true;
  });
  expect((await loading).message).toMatch(/^The file does not restore: /);
});

/** The dump with another row in one of its statements. */
function withRow(statement: number, row: string): string {
  const parts = dumpText().split('VALUES\n');
  parts[statement + 1] = `${row},\n${parts[statement + 1] ?? ''}`;
  return parts.join('VALUES\n');
}

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

describe('a file that holds a command for the client', () => {
  const proof = (): string => path.join(folder, 'proof');

  test.each([
    ['a shell command', (file: string) => `\\! touch ${file}\n`],
    ['a shell command by its name', (file: string) => `system touch ${file}\n`],
    ['a shell command within a statement', (file: string) => `SELECT 1 \\! touch ${file}\n;\n`],
    ['a file to write', (file: string) => `\\T ${file}\n`],
    ['a file to read', (file: string) => `\\. ${file}\n`],
  ])('is refused before it runs: %s', async (_what, command) => {
    for (const ours of [true, false]) {
      const sql = dumpText().replace('CREATE TABLE `c`', `${command(proof())}CREATE TABLE \`c\``);
      const error = await rejection(load(sql, { ours }));
      expect(existsSync(proof())).toBe(false);
      // For MySQL's client in that mode, a command by its name is a statement that the server does not know.
      const said = /: it holds a command for the client program at line \d+, and no dump holds one\. The command was/;
      expect(error.message).toMatch(FAMILY === 'mysql' ? /it holds a command for|ERROR 1064 / : said);
      if (FAMILY === 'mariadb') expect(error).toBeInstanceOf(UnsoundBackup);
      await database.query('DROP TABLE IF EXISTS c, a');
    }
  });

  test('is no file whose text looks like one', async () => {
    await load(dumpText().replaceAll('x;', `\\\\! touch ${proof()};`));
    expect(existsSync(proof())).toBe(false);
  });
});

(FAMILY === 'mariadb' ? describe : describe.skip)('a client from before the sandbox', () => {
  const CLIENT = findProgram([CLIENTS.restore]) ?? '';
  let programs: FakePrograms;
  beforeEach(() => {
    programs = new FakePrograms();
    // It says what those say, and knows nothing of the mode, be it asked for on the command line or by the file.
    programs.add(
      CLIENTS.restore,
      `args=()
       for each in "$@"; do case "$each" in
         --sandbox) echo "mariadb: unknown option '--sandbox'" >&2; exit 7 ;;
         --loose-sandbox) ;;
         *) args+=("$each") ;;
       esac; done
       exec ${CLIENT} "\${args[@]}"`,
    );
  });
  afterEach(() => {
    programs.remove();
  });

  test('restores no file that somebody gave us', async () => {
    const { message } = await rejection(load(dumpText()));
    expect(message).toMatch(/^The program mariadb is too old to restore this file safely: .* Install a client from /);
  });

  test('restores the file that we have just made', async () => {
    await load(dumpText(), { ours: true });
    expect(await restored()).toEqual(WHOLE);
  });
});
