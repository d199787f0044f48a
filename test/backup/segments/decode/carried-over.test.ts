import { decodeLog } from '../../../../src/backup/segments/decode/decode-log';
import type { LogEntry } from '../../../../src/backup/segments/decode/transaction';
import { FAMILY } from '../../../support/engine';
import { followLog, openLogBench, startAt, transactionsOf, type LogBench } from './log-bench';

let bench: LogBench;
let other: string;
beforeAll(async () => {
  bench = await openLogBench();
  other = `${bench.live.address.database}_other`;
  await bench.live.query(`CREATE DATABASE ${other}`);
  await bench.live.query(`CREATE TABLE ${other}.t (id INT PRIMARY KEY)`);
});
afterAll(async () => {
  await bench.live.query(`DROP DATABASE ${other}`);
  await bench.close();
});
beforeEach(async () => {
  await bench.both(
    'DROP TABLE IF EXISTS child, t',
    'CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), UNIQUE KEY (a))',
    "INSERT INTO t VALUES (1, 'one'), (2, 'two')",
  );
});

async function carryOver(entries: readonly LogEntry[]): Promise<void> {
  for (const transaction of transactionsOf(entries)) await bench.carryOver(transaction);
  expect(await bench.checksums(bench.copy)).toEqual(await bench.checksums(bench.live));
}

describe('what is no obstacle', () => {
  test('what concerns other databases, or no rows, moves the place on', async () => {
    const from = await bench.here();
    const entries = await bench.logged(
      `INSERT INTO ${other}.t VALUES (1)`,
      `USE ${other}`,
      'CREATE TABLE u (id INT)',
      'ALTER TABLE u ADD COLUMN n INT',
      'TRUNCATE TABLE u',
      'DROP TABLE u',
      'CREATE TEMPORARY TABLE tt (id INT)',
      'DROP TEMPORARY TABLE tt',
      `USE ${bench.live.address.database}`,
      `CREATE DATABASE ${other}_more`,
      `DROP DATABASE ${other}_more`,
      "CREATE USER nobody_else IDENTIFIED BY 'x'",
      'GRANT SELECT ON *.* TO nobody_else',
      'DROP USER nobody_else',
      'ANALYZE TABLE t',
      'FLUSH TABLES',
      'CREATE TABLE IF NOT EXISTS motorpool_leases (id INT)',
      'INSERT INTO motorpool_leases VALUES (1)',
      'DROP TABLE motorpool_leases',
      `DELETE FROM ${other}.t`,
    );
    expect(entries.filter(({ kind }) => kind !== 'passed')).toEqual([]);
    const to = await bench.here();
    expect(entries.at(-1)).toMatchObject({ to: { file: from.file, offset: to.offset } });
  });

  test('of a transaction that touches other databases too, what is ours is carried over', async () => {
    const entries = await bench.logged(
      'START TRANSACTION',
      `INSERT INTO ${other}.t VALUES (7)`,
      "UPDATE t SET a = 'uno' WHERE id = 1",
      'SAVEPOINT s',
      'DELETE FROM t WHERE id = 2',
      `DELETE FROM ${other}.t WHERE id = 7`,
      'ROLLBACK TO s',
      "INSERT INTO t VALUES (3, 'three')",
      'COMMIT',
    );
    expect(transactionsOf(entries)).toMatchObject([
      {
        tables: ['t'],
        statements: ["UPDATE `t` SET `a`='uno' WHERE `id`=1", "INSERT INTO `t` (`id`,`a`) VALUES (3,'three')"],
      },
    ]);
    await carryOver(entries);
  });

  test('a log that goes on in another file', async () => {
    const entries = await bench.logged(
      "INSERT INTO t VALUES (3, 'three')",
      'FLUSH BINARY LOGS',
      "INSERT INTO t VALUES (4, 'four')",
    );
    const { file } = await bench.here();
    expect(entries.map(({ kind }) => kind)).toEqual(['transaction', 'passed', 'transaction']);
    expect(entries.at(-1)).toMatchObject({ from: { file, offset: 4 }, to: { file } });
    await carryOver(entries);
  });

  test('rows that the server compressed', async () => {
    const [on, off] =
      FAMILY === 'mariadb'
        ? ['SET GLOBAL log_bin_compress = 1, GLOBAL log_bin_compress_min_len = 10', 'SET GLOBAL log_bin_compress = 0']
        : ['SET binlog_transaction_compression = 1', 'SET binlog_transaction_compression = 0'];
    const entries = await bench.logged(
      on,
      "INSERT INTO t VALUES (3, REPEAT('x', 20)), (4, REPEAT('y', 20))",
      "UPDATE t SET a = 'uno' WHERE id < 4 AND id > 2",
      'DELETE FROM t WHERE id = 4',
      off,
      "INSERT INTO t VALUES (5, 'five')",
    );
    expect(transactionsOf(entries)).toHaveLength(4);
    expect(entries.at(-1)).toMatchObject({ to: { offset: (await bench.here()).offset } });
    await carryOver(entries);
  });

  test('rows that are not whole, where they name their key', async () => {
    const entries = await bench.logged(
      "SET binlog_row_image = 'MINIMAL'",
      "INSERT INTO t VALUES (3, 'three')",
      'UPDATE t SET a = NULL WHERE id = 1',
      "UPDATE t SET a = 'two and a half', id = 25 WHERE id = 2",
      "DELETE FROM t WHERE a = 'three'",
      "SET binlog_row_image = 'FULL'",
    );
    await carryOver(entries);
  });

  test('rows of a table without a key, as long as they are only added', async () => {
    await bench.both('CREATE TABLE child (a INT, b TEXT)');
    await carryOver(await bench.logged("INSERT INTO child VALUES (1, 'x'), (1, 'x')"));
  });

  test.each(['CASCADE', 'SET NULL'])('rows that the server changes by itself: ON DELETE %s', async (rule) => {
    await bench.both(
      `CREATE TABLE child (id INT PRIMARY KEY, parent INT, grand INT,
         FOREIGN KEY (parent) REFERENCES t (id) ON DELETE ${rule} ON UPDATE CASCADE,
         FOREIGN KEY (grand) REFERENCES child (id) ON DELETE ${rule})`,
      'INSERT INTO child VALUES (1, 1, NULL), (2, 1, 1), (3, 2, 2)',
    );
    const entries = await bench.logged(
      'UPDATE t SET id = 10 WHERE id = 1',
      'DELETE FROM child WHERE id = 1',
      'SET foreign_key_checks = 0',
      'DELETE FROM t WHERE id = 2',
      'SET foreign_key_checks = 1',
      'DELETE FROM t WHERE id = 10',
    );
    await carryOver(entries);
  });

  test('columns that the server computes, or sets by itself', async () => {
    await bench.both(
      `CREATE TABLE child (id INT AUTO_INCREMENT PRIMARY KEY, n INT, v INT AS (n * 2) VIRTUAL, s INT AS (n * 3) STORED,
         at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), m INT, KEY (v), KEY (s))`,
    );
    const entries = await bench.logged(
      'INSERT INTO child (n) VALUES (1), (2), (3), (4)',
      'UPDATE child SET n = 5 WHERE id = 1',
      'UPDATE child SET m = 5, at = at WHERE id = 2',
      "SET binlog_row_image = 'MINIMAL'",
      'UPDATE child SET m = 6, at = at WHERE id = 4',
      'UPDATE child SET m = 6 WHERE id = 3',
      "SET binlog_row_image = 'FULL'",
      "SET sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')",
      'INSERT INTO child (id, n) VALUES (0, 0)',
    );
    await carryOver(entries);
  });

  test('names and texts that look like SQL', async () => {
    const odd = '`a``b /*!*/; -- ? "\'`';
    await bench.both(`CREATE TABLE child (${odd} VARCHAR(200) PRIMARY KEY, \`select\` LONGTEXT)`);
    const texts = ["'/*!*/;\\nCOMMIT/*!*/;\\nBINLOG \\''", "'\\\\'", "'ñ'", "'?'", "'A'", "'a\\0b'"];
    const rows = texts.map((text, i) => `(${i}, ${text})`).join(', ');
    const entries = await bench.logged(
      `INSERT INTO child VALUES ${rows}`,
      `UPDATE child SET ${odd} = CONCAT('it''s ', ${odd}, '\\n')`,
      `DELETE FROM child WHERE ${odd} = 'it''s 3\\n'`,
    );
    await carryOver(entries);
  });
});

test('a transaction says when it was committed, and which one it is', async () => {
  const before = Math.floor(Date.now() / 1000) * 1000;
  const [first, second] = transactionsOf(
    await bench.logged("INSERT INTO t VALUES (3, 'three')", "INSERT INTO t VALUES (4, 'four')"),
  );
  expect(first?.committedAt).toBeGreaterThanOrEqual(before);
  expect(second?.committedAt).toBeLessThanOrEqual(Date.now());
  expect(second?.from).toEqual(first?.to);
  const [row] = await bench.live.query(
    FAMILY === 'mariadb' ? 'SELECT @@gtid_binlog_pos AS newest' : 'SELECT @@gtid_executed AS newest',
  );
  const newest = String(row?.newest).replace(/:.*-/, ':');
  expect(second?.to.gtid ?? '').toBe(FAMILY === 'mariadb' || newest !== '' ? newest : '');
});

test('while the program follows the log, a transaction is told right after its commit', async () => {
  const [from, shapes] = [await bench.here(), await bench.shapes()];
  const program = followLog(bench.live.address, ['--stop-never', ...startAt(from)]);
  const options = { database: bench.live.address.database, shapes, family: FAMILY, startFile: from.file };
  const entries = decodeLog(program.stdout, options);
  for (const id of [3, 4]) {
    await bench.live.query(`INSERT INTO t VALUES (${id}, '${id}')`);
    expect((await entries.next()).value).toMatchObject({
      kind: 'transaction',
      statements: [`INSERT INTO \`t\` (\`id\`,\`a\`) VALUES (${id},'${id}')`],
    });
  }
  program.kill();
  expect(await entries.next()).toMatchObject({ done: true });
});
