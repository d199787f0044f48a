import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BinaryLogParser, type LogEvent } from '../../src/backup/restore/binary-log-parser';
import { readDumpRows } from '../../src/backup/restore/dump-rows';
import { KeysLater, type KeyPart } from '../../src/backup/keys-later';
import { RowStatements, type DumpPart } from '../../src/backup/row-statements';
import { contentHash } from '../../src/backup/restore/same-content';
import { changesTables } from '../../src/backup/restore/table-change';

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

describe('statements that insert rows are told from all else', () => {
  const DUMP = `-- MariaDB dump
/*!40101 SET NAMES utf8mb4 */;
/*M!100616 SET NOTE_VERBOSITY=0 */;
/*!40000 DROP DATABASE x */;
CREATE TABLE \`a\` (
  \`id\` int(11) NOT NULL,
  PRIMARY KEY (\`id\`)
) ENGINE=InnoDB;
/*!40101 SET character_set_client = utf8mb4 */;
INSERT INTO \`a\` VALUES
(1,';\\n'),
(2,'a;b');
INSERT INTO \`a\` VALUES
(3,'');
/*!40000 ALTER TABLE \`a\` ENABLE KEYS */;
CREATE TABLE \`heap\` (
  \`id\` int(11) NOT NULL
) ENGINE=InnoDB;
INSERT INTO \`heap\` VALUES
(1);

-- Dumping routines for database 'p'
INSERT INTO \`a\` VALUES (9);
-- Dump completed`;

  const partsOf = (size: number): { parts: DumpPart[]; settings: string } => {
    const statements = new RowStatements();
    const bytes = Buffer.from(DUMP);
    const parts: DumpPart[] = [];
    for (let at = 0; at < bytes.length; at += size) parts.push(...statements.push(bytes.subarray(at, at + size)));
    return { parts: [...parts, ...statements.flush()], settings: statements.settings };
  };

  test.each([1, 2, 3, 7, 31, 64, 500, DUMP.length])('however the dump is cut into pieces: %i bytes', (size) => {
    const { parts, settings } = partsOf(size);
    expect(Buffer.concat(parts.map(({ sql }) => sql)).toString()).toBe(DUMP);
    expect(parts.filter(({ rows }) => rows).map(({ sql }) => sql.toString())).toEqual([
      "INSERT INTO `a` VALUES\n(1,';\\n'),\n(2,'a;b');\n",
      "INSERT INTO `a` VALUES\n(3,'');\n",
    ]);
    const begin = parts.findIndex(({ rows }) => rows);
    expect(parts[begin + 1]?.rows).toBe(true);
    expect(settings).toBe('/*!40101 SET NAMES utf8mb4 */;\n/*M!100616 SET NOTE_VERBOSITY=0 */;\n');
  });
});

describe('a table gets its keys after its rows', () => {
  const DUMP = `-- MariaDB dump
CREATE TABLE \`a\` (
  \`id\` int(11) NOT NULL AUTO_INCREMENT,
  \`b\` int(11) DEFAULT NULL COMMENT 'KEY \`x\` (\`b\`), it says',
  PRIMARY KEY (\`id\`),
  UNIQUE KEY \`a_b\` (\`b\`),
  KEY \`odd\`\`name\` (\`b\`,\`id\`),
  FULLTEXT KEY \`words\` (\`b\`),
  CONSTRAINT \`a_c\` FOREIGN KEY (\`b\`) REFERENCES \`c\` (\`id\`),
  CONSTRAINT \`a_d\` CHECK (\`b\` > 0)
) ENGINE=InnoDB COMMENT='KEY';
/*!40000 ALTER TABLE \`a\` DISABLE KEYS */;
INSERT INTO \`a\` VALUES
(1,2);
/*!40000 ALTER TABLE \`a\` ENABLE KEYS */;
CREATE TABLE \`nothing_to_do\` (
  \`id\` int(11) NOT NULL,
  PRIMARY KEY (\`id\`)
) ENGINE=InnoDB;
CREATE TABLE \`no_primary\` (
  \`id\` int(11) NOT NULL,
  UNIQUE KEY \`u\` (\`id\`)
) ENGINE=InnoDB;
CREATE TABLE \`counts\` (
  \`x\` int(11) NOT NULL,
  \`n\` int(11) NOT NULL AUTO_INCREMENT,
  PRIMARY KEY (\`x\`),
  KEY \`n\` (\`n\`),
  KEY \`x\` (\`x\`)
) ENGINE=InnoDB;
INSERT INTO \`counts\` VALUES
(3,4);
/*!40000 ALTER TABLE \`counts\` ENABLE KEYS */;
-- Dumping routines for database 'p'
CREATE TABLE \`in_a_body\` (
  \`id\` int(11) NOT NULL,
  PRIMARY KEY (\`id\`),
  KEY \`k\` (\`id\`)
) ENGINE=InnoDB;
-- Dump completed`;

  const inPieces = (size: number): KeyPart[] => {
    const keys = new KeysLater();
    const bytes = Buffer.from(DUMP);
    const out: KeyPart[] = [];
    for (let at = 0; at < bytes.length; at += size) out.push(...keys.push(bytes.subarray(at, at + size)));
    return [...out, ...keys.end()];
  };
  const textOf = (parts: readonly KeyPart[]): string => Buffer.concat(parts.map(({ sql }) => sql)).toString();

  const KEYS =
    'ALTER TABLE `a` ADD UNIQUE KEY `a_b` (`b`), ADD KEY `odd``name` (`b`,`id`);\n' +
    '/*!40000 ALTER TABLE `a` ENABLE KEYS */;\n';
  const OTHER_KEYS = 'ALTER TABLE `counts` ADD KEY `x` (`x`);\n/*!40000 ALTER TABLE `counts` ENABLE KEYS */;\n';
  const REFERENCES = 'ALTER TABLE `a` ADD CONSTRAINT `a_c` FOREIGN KEY (`b`) REFERENCES `c` (`id`);\n';

  test('its foreign keys after all tables, and nothing else changes', () => {
    const parts = inPieces(DUMP.length);
    const text = textOf(parts);
    expect(text).toContain(`(1,2);\n${KEYS}\nCREATE TABLE \`nothing_to_do\``);
    expect(text).toContain(
      '  FULLTEXT KEY `words` (`b`),\n  CONSTRAINT `a_d` CHECK (`b` > 0)\n) ENGINE=InnoDB COMMENT',
    );
    expect(text).toContain(`COMMENT 'KEY \`x\` (\`b\`), it says',\n  PRIMARY KEY (\`id\`),\n  FULLTEXT`);
    expect(text).toContain('  UNIQUE KEY `u` (`id`)\n) ENGINE');
    expect(text).toContain('  KEY `n` (`n`)\n) ENGINE=InnoDB;\nINSERT');
    expect(text).toContain(`(3,4);\n${OTHER_KEYS}\n${REFERENCES}\n-- Dumping`);
    expect(text).toContain(DUMP.slice(DUMP.indexOf('-- Dumping routines')));
    const others = parts.filter(({ what }) => what !== 'dump').map(({ what, sql }) => [what, sql.toString()]);
    expect(others).toEqual([
      ['keys', KEYS],
      ['keys', OTHER_KEYS],
      ['references', REFERENCES],
    ]);
  });

  test('however the dump is cut into pieces', () => {
    const whole = textOf(inPieces(DUMP.length));
    for (const size of [1, 2, 3, 7, 31, 64, 500]) expect(textOf(inPieces(size))).toBe(whole);
  });

  test('between statements, whatever is made of the rest', () => {
    for (const size of [1, 2, 3, 7, 31, 64, 500, DUMP.length]) {
      const statements = new RowStatements();
      const sent: string[] = [];
      const take = (parts: readonly DumpPart[]): void => {
        sent.push(...parts.map(({ sql }) => sql.toString()));
      };
      for (const { what, sql } of inPieces(size)) {
        if (what === 'dump') take(statements.push(sql));
        else {
          take(statements.flush());
          expect(sent.join('')).toMatch(/\n$/);
          sent.push(sql.toString());
        }
      }
      take(statements.flush());
      const ofRows = sent.filter((sql) => sql.startsWith('INSERT'));
      expect([size, ofRows]).toEqual([
        size,
        ['INSERT INTO `a` VALUES\n(1,2);\n', 'INSERT INTO `counts` VALUES\n(3,4);\n'],
      ]);
      expect(sent.join('').replace(/\n+/g, '\n')).toBe(textOf(inPieces(size)).replace(/\n+/g, '\n'));
    }
  });
});

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

test('two dumps are the same whatever their comments say', async () => {
  const hash = (text: string): Promise<string> => {
    const { file, bytes } = put(text);
    return contentHash(file, bytes);
  };
  const one = await hash('-- at 1\n-- here\nSELECT 1;\n--\nSELECT 2;\n-- Dump completed\n');
  expect(await hash('-- at 2\nSELECT 1;\n-- there\nSELECT 2;\n-- done\n')).not.toBe(await hash('SELECT 1;\n'));
  expect(await hash('-- at two\n-- elsewhere\nSELECT 1;\n-- x\nSELECT 2;\n-- Dump completed later\n')).toBe(one);
  const long = `-- a\n${'INSERT INTO t VALUES (1);\n'.repeat(100_000)}-- b\n`;
  expect(await hash(long)).toBe(await hash(long.replace('-- a', '-- other').replace('-- b', '--')));
  expect(await hash(long)).not.toBe(await hash(long.replace('(1)', '(2)')));
});

test.each<[string, string, boolean]>([
  ['ALTER TABLE users ADD x INT', 'pool', true],
  ['ALTER TABLE users ADD x INT', 'other', false],
  ['ALTER TABLE `pool`.`users` ADD x INT', 'other', true],
  ['RENAME TABLE other.a TO pool.a', 'other', true],
  ['/* a */ /*!40000 ALTER TABLE `users` DISABLE KEYS */', 'pool', true],
  ['-- a comment\nTRUNCATE users', 'pool', true],
  ['INSERT INTO users VALUES (1)', 'pool', true],
  ['DROP DATABASE pool', '', true],
  ['/*!40000 DROP DATABASE IF EXISTS `pool`*/', '', true],
  ['CREATE OR REPLACE DATABASE pool', '', true],
  ['ALTER SCHEMA `pool` CHARACTER SET utf8mb3', '', true],
  ['CREATE DATABASE IF NOT EXISTS `pool` CHARACTER SET utf8mb4', '', false],
  ['CREATE DATABASE pool_scratch_0123456789ab', 'pool', false],
  ['DROP TABLE pool_scratch_0123456789ab.users', 'pool_scratch_0123456789ab', false],
  [
    'CREATE OR REPLACE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW v AS SELECT 1',
    'pool',
    false,
  ],
  ['GRANT ALL ON pool.* TO a', 'pool', false],
  ['CREATE TEMPORARY TABLE t (id INT)', 'pool', false],
  ['FLUSH TABLES', 'pool', false],
])('%s, in %s: changes tables of pool: %s', (text, database, changes) => {
  expect(changesTables(text, database, 'pool')).toBe(changes);
});

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
