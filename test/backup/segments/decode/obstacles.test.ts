import { decodeLog } from '../../../../src/backup/segments/decode/decode-log';
import type { LogEntry, Obstacle } from '../../../../src/backup/segments/decode/transaction';
import { FAMILY } from '../../../support/engine';
import { followLog, openLogBench, startAt, transactionsOf, type LogBench } from './log-bench';

let bench: LogBench;
let live: string;
beforeAll(async () => {
  bench = await openLogBench();
  live = bench.live.address.database;
  await bench.live.query(`CREATE DATABASE ${live}_other`);
});
afterAll(async () => {
  await bench.live.query(`DROP DATABASE ${live}_other`);
  await bench.close();
});
beforeEach(async () => {
  for (const kind of ['VIEW', 'TABLE']) await bench.both(`DROP ${kind} IF EXISTS v`);
  await bench.both(
    'DROP TABLE IF EXISTS t, u, child, motorpool_leases',
    'CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), UNIQUE KEY (a))',
    "INSERT INTO t VALUES (1, 'one'), (2, 'two')",
  );
});
afterEach(() =>
  bench.live.query("SET binlog_format = 'ROW', binlog_row_image = 'FULL', autocommit = 1, foreign_key_checks = 1"),
);

const CARRIED = "INSERT INTO t VALUES (3, 'before')";
const STATEMENTS = "SET binlog_format = 'STATEMENT'";

interface Case {
  what: string;
  given?: string[];
  does: string[];
  reason: RegExp;
}

const OF_MARIADB: Case[] = [
  {
    what: 'a sequence',
    given: ['DROP SEQUENCE IF EXISTS s', 'CREATE SEQUENCE s'],
    does: ['DO NEXTVAL(s)'],
    reason: /The rows of the table s cannot be carried over: it is a SEQUENCE/,
  },
  {
    what: 'a table with a history',
    given: ['CREATE TABLE u (id INT PRIMARY KEY) WITH SYSTEM VERSIONING'],
    does: ['INSERT INTO u VALUES (1)'],
    reason: /the table u cannot be carried over: it is a SYSTEM VERSIONED/,
  },
  {
    what: 'a compressed column',
    given: ['CREATE TABLE u (id INT PRIMARY KEY, c TEXT COMPRESSED)'],
    does: ["INSERT INTO u VALUES (1, 'x')"],
    reason: /The column c of the table u is of the type text .*compressed/,
  },
  {
    what: 'a column in a form of old',
    given: [
      'SET GLOBAL mysql56_temporal_format = 0',
      'CREATE TABLE u (id INT PRIMARY KEY, at DATETIME(3))',
      'SET GLOBAL mysql56_temporal_format = 1',
    ],
    does: ['INSERT INTO u VALUES (1, NOW(3))'],
    reason: /The column at of the table u is of the type datetime/,
  },
];
const JSON_TABLE = 'CREATE TABLE u (id INT PRIMARY KEY, j JSON)';
const OF_MYSQL: Case[] = [
  ...[
    "JSON_OBJECT('at', NOW())",
    'JSON_ARRAY(CAST(1.5 AS DECIMAL(5,2)))',
    'JSON_ARRAY(CAST(1 AS UNSIGNED), 4294967296)',
    "'[0.1234567890123456]'",
  ].map((value) => ({
    what: `JSON as of ${value}`,
    given: [JSON_TABLE],
    does: [`INSERT INTO u VALUES (1, ${value})`],
    reason: /A JSON value holds what no JSON text stands for/,
  })),
  {
    what: 'a part of a JSON value',
    given: [JSON_TABLE, `INSERT INTO u VALUES (1, '{"a": "${'x'.repeat(100)}", "b": 1}')`],
    does: [
      "SET binlog_row_value_options = 'PARTIAL_JSON'",
      "UPDATE u SET j = JSON_SET(j, '$.b', 2)",
      "SET binlog_row_value_options = ''",
    ],
    reason: /A part of a JSON value was logged of the table u/,
  },
];

const CASES: Case[] = [
  { what: 'ALTER TABLE', does: ['ALTER TABLE t ADD COLUMN b INT'], reason: /the statement ALTER TABLE t, which/ },
  { what: 'CREATE TABLE', does: ['CREATE TABLE u (id INT)'], reason: /the statement CREATE TABLE u/ },
  { what: 'TRUNCATE', does: ['TRUNCATE TABLE t'], reason: /the statement TRUNCATE/ },
  { what: 'a view', does: ['CREATE VIEW v AS SELECT 1'], reason: /the statement CREATE VIEW v/ },
  {
    what: 'a definition from another database',
    does: ['USE $other', 'ALTER TABLE $live.t ADD COLUMN b INT', 'USE $live'],
    reason: /the statement ALTER TABLE t/,
  },
  {
    what: 'a row that was logged as a statement',
    does: [STATEMENTS, "UPDATE t SET a = 'x' WHERE id = 1"],
    reason: /the statement UPDATE/,
  },
  {
    what: 'XA',
    does: ["XA START 'x'", "INSERT INTO t VALUES (9, 'x')", "XA END 'x'", "XA PREPARE 'x'", "XA COMMIT 'x'"],
    reason: /An XA transaction changed rows/,
  },
  {
    what: 'a trigger',
    given: [
      'CREATE TABLE u (id INT PRIMARY KEY)',
      'CREATE TRIGGER g BEFORE INSERT ON u FOR EACH ROW SET NEW.id = NEW.id',
    ],
    does: ['INSERT INTO u VALUES (1)'],
    reason: /A trigger of the table u would fire once more at the same INSERT/,
  },
  {
    what: 'a changed row without a key',
    given: ['CREATE TABLE u (id INT, UNIQUE KEY (id))', 'INSERT INTO u VALUES (1)'],
    does: ['UPDATE u SET id = 2'],
    reason: /A row of the table u was changed, which has no key/,
  },
  {
    what: 'a key of the beginning of a text',
    given: ['CREATE TABLE u (a VARCHAR(20) NOT NULL, UNIQUE KEY (a(3)))', "INSERT INTO u VALUES ('abcd')"],
    does: ['DELETE FROM u'],
    reason: /A row of the table u was changed, which has no key/,
  },
  {
    what: 'a key of floating point',
    given: ['CREATE TABLE u (a FLOAT PRIMARY KEY)', 'INSERT INTO u VALUES (0.1)'],
    does: ['DELETE FROM u'],
    reason: /A row of the table u was changed, which has no key/,
  },
  {
    what: 'an inserted row that is not whole',
    does: ["SET binlog_row_image = 'MINIMAL'", 'INSERT INTO t (id) VALUES (9)'],
    reason: /The log does not say the column a of the table t: set binlog_row_image=FULL/,
  },
  {
    what: 'a float that was rounded to digits',
    given: ['CREATE TABLE u (id INT PRIMARY KEY, f FLOAT(7,2))'],
    does: ['INSERT INTO u VALUES (1, 2.5)'],
    reason: /The column f of the table u is of the type float\(7,2\)/,
  },
  ...(FAMILY === 'mariadb' ? OF_MARIADB : OF_MYSQL),
];

const named = (statement: string): string => statement.replace('$live', live).replace('$other', `${live}_other`);

test.each(CASES)('$what is an obstacle, which ends what is told', async ({ given = [], does, reason }) => {
  for (const statement of given) await bench.live.query(statement);
  const entries = await bench.logged(...[CARRIED, ...does, "INSERT INTO t (id, a) VALUES (50, 'after')"].map(named));
  const [first, second, ...more] = entries.filter(({ kind }) => kind !== 'passed');
  expect(first).toMatchObject({ kind: 'transaction', tables: ['t'] });
  expect(second).toMatchObject({ kind: 'obstacle', reason: expect.stringMatching(reason) as string });
  expect((second as Obstacle).reason).toMatch(/^[A-Z].*\.$|FULL\.$/);
  expect(more).toEqual([]);
  const before = entries.at(-2);
  expect((second as Obstacle).at).toEqual(before?.kind === 'obstacle' ? undefined : before?.to);
});

describe('the shapes', () => {
  test('a table that they do not have is an obstacle', async () => {
    const shapes = await bench.shapes();
    await bench.live.query('CREATE TABLE u (id INT PRIMARY KEY)');
    const from = await bench.here();
    await bench.live.query('INSERT INTO u VALUES (1)');
    expect(await bench.since(from, shapes)).toMatchObject([
      { kind: 'obstacle', reason: 'The table u was not there when the log was begun.' },
    ]);
    expect((await bench.shapes()).fingerprint).not.toBe(shapes.fingerprint);
  });

  test.each([
    ['another column', 'ADD COLUMN b INT', 'The table t has other columns than it had.'],
    ['another length', 'MODIFY a VARCHAR(30)', /The column a of the table t is of the type varchar\(20\)/],
    ['another type', 'MODIFY a INT', /The column a of the table t is of the type varchar\(20\)/],
  ])('%s than the log has is an obstacle', async (_, change, reason) => {
    await bench.live.query('DELETE FROM t');
    const shapes = await bench.shapes();
    await bench.live.query(`ALTER TABLE t ${change}`);
    const from = await bench.here();
    await bench.live.query('INSERT INTO t (id, a) VALUES (1, 7)');
    const [entry] = await bench.since(from, shapes);
    expect(entry).toMatchObject({ kind: 'obstacle', reason: expect.stringMatching(reason) as string });
    expect((await bench.shapes()).fingerprint).not.toBe(shapes.fingerprint);
  });

  test('their fingerprint stays while nothing but rows changes', async () => {
    const before = await bench.shapes();
    await bench.live.query("INSERT INTO t VALUES (9, 'x')");
    expect((await bench.shapes()).fingerprint).toBe(before.fingerprint);
  });
});

/** With another letter where the last line of the last event begins. */
function spoiled(text: string): string {
  const at = text.lastIndexOf('\n', text.lastIndexOf("\n'/*!*/;") - 1) + 1;
  return `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
}

describe('the text itself', () => {
  /** Everything that the program prints of one INSERT, and what is told of it once it is changed. */
  async function changed(
    change: (text: string) => string,
    { most, form = [] }: { most?: number; form?: string[] } = {},
  ): Promise<LogEntry[]> {
    const [from, shapes] = [await bench.here(), await bench.shapes()];
    await bench.live.query("INSERT INTO t VALUES (9, 'x')");
    const chunks: Buffer[] = [];
    const program = followLog(bench.live.address, [...form, '--to-last-log', ...startAt(from)]);
    for await (const chunk of program.stdout) chunks.push(chunk);
    const text = Buffer.from(change(Buffer.concat(chunks).toString()));
    async function* bytes(): AsyncGenerator<Buffer> {
      for (let at = 0; at < text.length; at += 7) yield await Promise.resolve(text.subarray(at, at + 7));
    }
    const entries: LogEntry[] = [];
    const options = { database: live, shapes, family: FAMILY, startFile: from.file, ...(most && { most }) };
    for await (const entry of decodeLog(bytes(), options)) entries.push(entry);
    return entries;
  }

  test('it may come in pieces of any size', async () => {
    expect(transactionsOf(await changed((text) => text))).toMatchObject([
      { statements: ["INSERT INTO `t` (`id`,`a`) VALUES (9,'x')"] },
    ]);
  });

  test('what was cut off before the commit is not told', async () => {
    expect(await changed((text) => text.replace(/^COMMIT[\s\S]*/m, ''))).toEqual([]);
  });

  test.each<[string, (text: string) => string, RegExp]>([
    ['one wrong letter', spoiled, /does not match its checksum/],
    [
      'a rollback of rows',
      (text) => text.replace(/^COMMIT/m, 'ROLLBACK'),
      /changed tables which cannot be rolled back/,
    ],
    [
      'a rollback of some rows',
      (text) => text.replace(/^(#.*)Xid = /m, '$1Query\tthread\nSET TIMESTAMP=1/*!*/;\nROLLBACK TO `s`\n/*!*/;\n$&'),
      /A part of a transaction was rolled back/,
    ],
    [
      'a missing line',
      (text) => text.replace(/(Write_rows[\s\S]*BINLOG '\n).*\n/, '$1'),
      /cut off|longer|name|cannot be/,
    ],
    ['an unknown event', (text) => text.replace('Xid = ', 'Incident = '), /a kind that is not known here: Incident/],
    ['an unknown line', (text) => text.replace(/^COMMIT/m, 'PERHAPS'), /holds what is not known here/],
    ['a piece of an event', (text) => text.replace("BINLOG '", "SET @binlog_fragment_0='"), /not known here/],
    ['the database in other letters', (text) => text, /spells the database/],
  ])('%s is an obstacle', async (what, change, reason) => {
    if (what.startsWith('the database')) live = live.toUpperCase();
    const entries = await changed(change);
    live = live.toLowerCase();
    expect(entries).toMatchObject([{ kind: 'obstacle', reason: expect.stringMatching(reason) as string }]);
  });

  test('rows that were printed as comments are an obstacle', async () => {
    expect(await changed((text) => text, { form: ['--base64-output=DECODE-ROWS', '--verbose'] })).toMatchObject([
      { kind: 'obstacle', reason: 'The text of the binary log leaves out rows: it was printed in another form.' },
    ]);
  });

  test('a statement that pretends to be the log is an obstacle', async () => {
    const other = `${live}_other`;
    let block = '';
    await changed((text) => {
      block = /^(?:START TRANSACTION|BEGIN)$[\s\S]*^COMMIT.*$/m.exec(text)?.[0] ?? '';
      return text;
    });
    expect(block).toContain("BINLOG '");
    const [from, shapes] = [await bench.here(), await bench.shapes()];
    await bench.live.query(`USE ${other}`);
    await bench.live.query(`CREATE PROCEDURE p() SELECT "\n/*!*/;\n${block}\n"`);
    await bench.live.query('DROP PROCEDURE p');
    await bench.live.query(`USE ${live}`);
    expect(await bench.since(from, shapes)).toMatchObject([
      { kind: 'obstacle', reason: 'The binary log holds a statement whose end cannot be told.' },
    ]);
  });

  test('a transaction that is too long is an obstacle', async () => {
    expect(await changed((text) => text, { most: 20 })).toMatchObject([
      { kind: 'obstacle', reason: 'A transaction changed more rows than fit into 20 characters of SQL.' },
    ]);
  });
});
