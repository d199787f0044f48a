import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BinaryLogParser, type LogEvent } from '../../src/backup/binlog/binary-log-parser';
import { readDumpRows } from '../../src/backup/restore/plan/dump-rows';
import { changeOf, type Change } from '../../src/backup/binlog/ddl-filter';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'restore-reading-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function put(text: string): { file: string; bytes: number } {
  const file = path.join(folder, 'dump.sql');
  writeFileSync(file, text);
  return { file, bytes: Buffer.byteLength(text) };
}

test('the rows of a dump, whatever their text holds', async () => {
  const { file, bytes } = put(`CREATE TABLE \`t\` (
  \`id\` int(11) NOT NULL,
  \`name\` varchar(9) DEFAULT NULL,
  PRIMARY KEY (\`id\`)
) ENGINE=InnoDB;
INSERT INTO \`t\` VALUES
(1,'it\\'s; (a) "b", \\\\ \\n'),
(2,NULL),
(-3.5,0xAB);
INSERT INTO \`other\` VALUES (9,'x');
INSERT INTO \`t\` (\`name\`, \`id\`) VALUES ('a''b',4),('',5);
`);
  expect((await readDumpRows(file, bytes, ['t'])).get('t')).toEqual([
    { id: '1', name: 'it\'s; (a) "b", \\ \n' },
    { id: '2', name: null },
    { id: '-3.5', name: '0xAB' },
    { id: '4', name: "a'b" },
    { id: '5', name: '' },
  ]);
});

test('the rows of a dump, wherever it is cut as it is read', async () => {
  const other = (id: number): string => `(${id},'${'x'.repeat(100)}')`;
  const before = 'CREATE TABLE `other` (\n  `id` int\n);\nINSERT INTO `other` VALUES\n';
  const table = '\nCREATE TABLE `t` (\n  `id` int\n);\nINSERT INTO `t` VALUES\n(1),\n(2);\n';
  for (let shift = 0; shift < table.length; shift += 3) {
    const rows = Array.from({ length: 9_000 }, (_, id) => other(id)).join(',\n');
    const padded = `${before}${rows}`.slice(0, 2 ** 20 - shift - 2);
    const { file, bytes } = put(
      `${padded};${table}CREATE TABLE \`u\` (\n  \`id\` int\n);\nINSERT INTO \`u\` VALUES (3);\n`,
    );
    const found = await readDumpRows(file, bytes, ['t', 'u']);
    expect([shift, found.get('t'), found.get('u')]).toEqual([shift, [{ id: '1' }, { id: '2' }], [{ id: '3' }]]);
  }
});

test.each<[string, string, Change]>([
  ['ALTER TABLE users ADD x INT', 'pool', 'tables'],
  ['ALTER TABLE users ADD x INT', 'other', 'nothing'],
  ['ALTER TABLE `pool`.`users` ADD x INT', 'other', 'tables'],
  ['RENAME TABLE other.a TO pool.a', 'other', 'tables'],
  ['/* a */ /*!40000 ALTER TABLE `users` DISABLE KEYS */', 'pool', 'tables'],
  ['-- a comment\nTRUNCATE users', 'pool', 'tables'],
  ['INSERT INTO users VALUES (1)', 'pool', 'tables'],
  ['DROP DATABASE pool', '', 'tables'],
  ['/*!40000 DROP DATABASE IF EXISTS `pool`*/', '', 'tables'],
  ['CREATE OR REPLACE DATABASE pool', '', 'tables'],
  ['ALTER SCHEMA `pool` CHARACTER SET utf8mb3', '', 'tables'],
  ['CREATE DATABASE IF NOT EXISTS `pool` CHARACTER SET utf8mb4', '', 'nothing'],
  ['CREATE DATABASE pool_scratch_0123456789ab', 'pool', 'nothing'],
  ['DROP TABLE pool_scratch_0123456789ab.users', 'pool_scratch_0123456789ab', 'nothing'],
  [
    'CREATE OR REPLACE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW v AS SELECT 1',
    'pool',
    'definitions',
  ],
  ['GRANT ALL ON pool.* TO a', 'pool', 'nothing'],
  ['CREATE TEMPORARY TABLE t (id INT)', 'pool', 'nothing'],
  ['FLUSH TABLES', 'pool', 'nothing'],
  ['ANALYZE TABLE users', 'pool', 'nothing'],
  ['ANALYZE LOCAL TABLE users', 'pool', 'nothing'],
  ['analyze /* so */ no_write_to_binlog table users', 'pool', 'nothing'],
  ['ANALYZE DELETE FROM users', 'pool', 'tables'],
  ['ANALYZE FORMAT=JSON UPDATE users SET balance = 0', 'other', 'tables'],
  ['SET STATEMENT lock_wait_timeout=5 FOR ALTER TABLE users ADD x INT', 'pool', 'tables'],
  ['set /* so */ statement max_statement_time=10 FOR TRUNCATE TABLE users', 'pool', 'tables'],
  ['SET PASSWORD FOR a = "b"', 'pool', 'nothing'],
  ['BEGIN NOT ATOMIC DELETE FROM users; END', 'pool', 'tables'],
  ['WITH x AS (SELECT 1) DELETE FROM users', 'pool', 'tables'],
  ['INSERT INTO others VALUES (1)', 'other', 'tables'],
  ["XA COMMIT X'61',X'',1", '', 'tables'],
  ['ROLLBACK TO `a`', 'pool', 'tables'],
  ['SAVEPOINT a', 'pool', 'nothing'],
  ['CREATE SEQUENCE s', 'pool', 'tables'],
  ['DROP TRIGGER t', 'pool', 'definitions'],
  [
    'CREATE DEFINER=`root`@`localhost` TRIGGER pool.t BEFORE INSERT ON users FOR EACH ROW SET @a = 1',
    'x',
    'definitions',
  ],
  ['CREATE DEFINER=CURRENT_USER() PROCEDURE p() DELETE FROM users', 'pool', 'definitions'],
  ['DROP /*!40005 TEMPORARY */ TABLE IF EXISTS `t`', 'pool', 'nothing'],
  ['', 'pool', 'nothing'],
])('%s, in %s: changes of pool: %s', (text, database, change) => {
  expect(changeOf(text, database, 'pool')).toBe(change);
});

test.each(['Execute_load_query', 'Incident', 'XID = X1', 'Some_later_event'])(
  'an event that is not known is told as one: %s',
  (what) => {
    const parser = new BinaryLogParser('log.000003', '`pool`.`operations`');
    const header = (kind: string): string => `#261123  2:48:16 server id 1  end_log_pos 42 CRC32 0x3ecf1f22 \t${kind}`;
    expect([...parser.read(header(what))]).toEqual([{ kind: 'unknown' }]);
    expect([...parser.read(header('Annotate_rows:'))]).toEqual([]);
  },
);

test('a statement that looks like events is none', () => {
  const lines = [
    '# at 4',
    '#261123  2:48:16 server id 1  end_log_pos 42 CRC32 0x3ecf1f22 \tGTID 0-1-1 ddl',
    '#261123  2:48:16 server id 1  end_log_pos 99 CRC32 0x3ecf1f22 \tQuery\tthread_id=1\texec_time=0\terror_code=0',
    'use `pool`/*!*/;',
    'SET TIMESTAMP=1/*!*/;',
    'CREATE VIEW v AS SELECT 1 /*',
    '### INSERT INTO `pool`.`operations`',
    '###   @1=7',
    'COMMIT/*!*/ ;',
    "BINLOG '",
    '*/',
    '/*!*/;',
    'START TRANSACTION',
    '/*!*/;',
    '#261123  2:48:16 server id 1  end_log_pos 150 \tTable_map: `pool`.`operations` mapped to number 33',
    '### INSERT INTO `pool`.`operations`',
    '### SET',
    '###   @1=8',
    "###   @2='uid'",
    '# Number of rows: 1',
    '#261123  2:48:16 server id 1  end_log_pos 200 \tXid = 207',
    'COMMIT/*!*/;',
  ];
  const parser = new BinaryLogParser('log.000003', '`pool`.`operations`');
  const events: LogEvent[] = lines.flatMap((line) => [...parser.read(line)]);
  expect(events).toEqual([
    { kind: 'statement', database: 'pool', text: lines.slice(5, 11).join('\n') },
    { kind: 'begin' },
    { kind: 'touch', table: '`pool`.`operations`' },
    {
      kind: 'row',
      verb: 'INSERT',
      values: new Map([
        [1, '8'],
        [2, 'uid'],
      ]),
    },
    { kind: 'commit', at: { log: 'log.000003', position: 200 } },
  ]);
});
