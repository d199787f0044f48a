import { DumpSplitter, type DumpPart } from '../../src/backup/core/dump-splitter';
import { firstWords, sqlTokens } from '../../src/backup/core/sql-tokens';

const values = (sql: string, options = {}): string[] =>
  [...sqlTokens(sql, options)].map(({ kind, value }) => `${kind} ${value}`);

describe('tokens of SQL', () => {
  test('names, texts, words and signs, without their quotes and escapes', () => {
    expect(values('SELECT `a``b`.`c`, \'it\\\'s ""\', "say ""so""", 1.5')).toEqual([
      'word SELECT',
      'name a`b',
      'sign .',
      'name c',
      'sign ,',
      'text it\'s ""',
      'sign ,',
      'text say "so"',
      'sign ,',
      'word 1.5',
    ]);
    expect(values(String.raw`'a\\''b\n'`)).toEqual(["text a\\'b\n"]);
    expect(values(String.raw`'a\' 'b'`, { backslashes: false })).toEqual(['text a\\', 'text b']);
  });

  test('comments are none, and those that a server executes are what they hold', () => {
    expect(values("/* a 'quote */ SET -- it's\n x # y'\n = 1--1")).toEqual([
      'word SET',
      'word x',
      'sign =',
      'word 1',
      'sign -',
      'sign -',
      'word 1',
    ]);
    expect(firstWords('/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*M!100401 trigger */ t', 4)).toEqual([
      'CREATE',
      'DEFINER',
      '',
      '',
    ]);
    expect(values('/*M!999999\\- enable the sandbox mode */ SET /* never closed')).toEqual(['word SET']);
  });

  test('each token says where it stands, and a quote that is never closed ends nothing', () => {
    const sql = "a 'open `b`";
    expect([...sqlTokens(sql)].map(({ at, end }) => sql.slice(at, end))).toEqual(['a', "'", 'open', '`b`']);
  });
});

describe('statements of a dump', () => {
  const DUMP = [
    '/*M!999999\\- enable the sandbox mode */ \n',
    "-- it's a dump\n",
    "/*!40101 SET SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;",
    '\n\n',
    "CREATE TABLE `a;\n'b` (\n  `x` varchar(9) DEFAULT ';\\';'\n);",
    '\n',
    "INSERT INTO `a;\n'b` VALUES\n(1,'it\\'s;\\n'),\n(2,';');\n",
    '-- a comment; that says nothing\n',
    'DELIMITER ;;\n',
    "/*!50003 CREATE*/ /*!50003 TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN -- it's; one\n SET @a = ';;'; END */;;",
    '\n',
    "/*!50003 SET sql_mode = 'NO_BACKSLASH_ESCAPES' */ ;;",
    '\n',
    "CREATE FUNCTION f() RETURNS text RETURN '\\';;",
    '\n',
    'DELIMITER ;\n',
    'SET a = @b;',
    '\n-- Dump completed\n',
  ];
  const split = (size: number): DumpPart[] => {
    const bytes = Buffer.from(DUMP.join(''));
    const splitter = new DumpSplitter();
    const parts: DumpPart[] = [];
    for (let at = 0; at < bytes.length; at += size) parts.push(...splitter.push(bytes.subarray(at, at + size)));
    return [...parts, ...splitter.end()];
  };

  test.each([1, 2, 3, 7, 64, 5000])('in pieces of %d bytes: the same, and nothing is lost', (size) => {
    const parts = split(size);
    expect(Buffer.concat(parts.map(({ sql }) => sql)).toString()).toBe(DUMP.join(''));
    const statements = parts.filter(({ kind }) => kind === 'statement').map(({ sql }) => sql.toString());
    expect(statements).toEqual([2, 4, 9, 11, 13, 16].map((i) => DUMP[i]));
    const rows = parts.filter(({ kind }) => kind === 'rows');
    expect(Buffer.concat(rows.map(({ sql }) => sql)).toString()).toBe(DUMP[6]);
    expect(rows.filter(({ ends }) => ends)).toHaveLength(1);
  });

  test('a long statement, and one that is cut off', () => {
    const splitter = new DumpSplitter();
    const long = `CREATE VIEW v AS SELECT '${'x'.repeat(200_000)};\n';`;
    const parts = [...splitter.push(Buffer.from(`${long}\nCREATE TABLE \`t`)), ...splitter.end()];
    expect(parts.filter(({ kind }) => kind === 'statement').map(({ sql }) => sql.toString())).toEqual([
      long,
      'CREATE TABLE `t',
    ]);
  });
});
