import { FAMILY } from '../support/engine';
import { fc } from '../support/random';
import { escapeId } from 'mysql2';

/** What an owner keeps beside the pool: the statements that make it. */
export interface OwnerSchema {
  statements: string[];
}

/** One name, whatever stands in it. */
export const quoted = (name: string): string => escapeId(name, true);

/** Letters of most kinds that a name or a text may hold, and what a dump must quote. */
const LETTERS = Array.from('aZ09_$ -.;:%`\'"\\/#?@,()\n\tñ車é');
const letter = fc.constantFrom(...LETTERS);
const text = fc
  .array(letter, { maxLength: 12 })
  .map((letters) => letters.join(''))
  // MySQL's mysqldump never ends at an event whose body holds ";;" (9.7, docs/databases.md), and its client drops a backslash
  // at the end of a line.
  .map((letters) => (FAMILY === 'mariadb' ? letters : letters.replace(/;+/g, ';').replaceAll('\n', ' ')));
/** No name ends with a space. The number keeps names apart, on a server that takes "A" and "a" for one as well. */
const oddName = (kind: string, number: number) => text.map((letters) => `${letters}${kind}${number}`);

const literal = (value: string): string => `'${value.replace(/[\\']/g, (found) => `\\${found}`)}'`;
const hex = fc.uint8Array({ maxLength: 20 }).map((bytes) => `x'${Buffer.from(bytes).toString('hex')}'`);
const digits = (min: number, max: number) => fc.integer({ min, max }).map(String);
const moment = fc.date({ min: new Date('1971-01-01'), max: new Date('2037-12-31'), noInvalidDate: true });
const dateTime = moment.map((at) => literal(at.toISOString().slice(0, 23).replace('T', ' ')));

const OF_MARIADB: readonly [type: string, value: fc.Arbitrary<string>][] = [
  ['UUID', fc.uuid({ version: 4 }).map(literal)],
  ['INET6', fc.constantFrom("'::1'", "'2001:db8::ff00'")],
];

/** Types with what a column of each may hold. */
export const TYPES: readonly [type: string, value: fc.Arbitrary<string>][] = [
  ['INT', digits(-(2 ** 31), 2 ** 31 - 1)],
  ['TINYINT(1)', digits(-128, 127)],
  ['BIGINT UNSIGNED ZEROFILL', digits(0, Number.MAX_SAFE_INTEGER)],
  ['DECIMAL(30,8)', digits(-1e9, 1e9).map((number) => `${number}.00000001`)],
  ['DOUBLE', fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }).map(String)],
  ['VARCHAR(40)', text.map(literal)],
  ['VARCHAR(40) CHARACTER SET latin1', fc.constantFrom('plain', 'ñé').map(literal)],
  ['CHAR(20) COLLATE utf8mb4_bin', text.map(literal)],
  ['LONGTEXT', text.map(literal)],
  ['VARBINARY(20)', hex],
  ['LONGBLOB', hex],
  ['BIT(9)', digits(0, 511)],
  ['DATE', dateTime.map((at) => `${at.slice(0, 11)}'`)],
  ['TIME(6)', fc.constantFrom("'-838:59:59'", "'12:34:56.789012'")],
  ['DATETIME(6)', dateTime],
  ['TIMESTAMP(3) NULL', dateTime],
  ['YEAR', digits(1901, 2155)],
  ["ENUM('a','it''s','','車')", fc.constantFrom("'a'", "'it''s'", "'車'")],
  ["SET('x','y z')", fc.constantFrom("''", "'x'", "'x,y z'")],
  ['JSON', fc.json().map(literal)],
  ['POINT', digits(-90, 90).map((number) => `POINT(${number}, 1)`)],
  ...(FAMILY === 'mariadb' ? OF_MARIADB : []),
];

const column = fc.constantFrom(...TYPES).chain(([type, value]) =>
  fc.record({
    type: fc.constant(type),
    values: fc.array(fc.option(value, { freq: 6, nil: 'NULL' }), { minLength: 3, maxLength: 3 }),
  }),
);

const EXTRAS = ['generated', 'view', 'function', 'procedure', 'trigger', 'event', 'sequence', 'history'] as const;
type Extra = (typeof EXTRAS)[number];

const table = (number: number) =>
  fc.record({
    name: oddName('t', number),
    columns: fc.array(fc.tuple(oddName('c', number), column), { minLength: 1, maxLength: 4 }),
    extras: fc.subarray(EXTRAS.filter((extra) => FAMILY === 'mariadb' || !['sequence', 'history'].includes(extra))),
    extraName: oddName('x', number),
    comment: text,
  });

type Table = ReturnType<typeof table> extends fc.Arbitrary<infer T> ? T : never;

/** The definer of some definitions: an account that exists nowhere. */
const GONE = 'DEFINER = `left us`@`no.where`';

const MAKERS: Readonly<Record<Extra, (table: string, name: string) => string[]>> = {
  generated: (on) => [
    `ALTER TABLE ${on} ADD COLUMN base INT DEFAULT 3, ADD COLUMN made INT AS (base * 2) STORED, ADD KEY by_made (made)`,
  ],
  view: (on, name) => [`CREATE ${GONE} SQL SECURITY INVOKER VIEW ${name} AS SELECT id, '?? \\\\ ;' AS odd FROM ${on}`],
  function: (on, name) => [
    `CREATE ${GONE} FUNCTION ${name}(n INT) RETURNS INT READS SQL DATA BEGIN\nRETURN n + (SELECT COUNT(*) FROM ${on}); END`,
  ],
  procedure: (on, name) => [`CREATE PROCEDURE ${name}(OUT n INT) BEGIN SELECT COUNT(*) INTO n FROM ${on}; END`],
  trigger: (on, name) => [`CREATE ${GONE} TRIGGER ${name} BEFORE DELETE ON ${on} FOR EACH ROW SET @gone = OLD.id`],
  event: (on, name) => [`CREATE EVENT ${name} ON SCHEDULE EVERY 1 DAY DO DELETE FROM ${on} WHERE id = 1`],
  sequence: (on, name) => [
    `CREATE SEQUENCE ${name} START WITH 1000 INCREMENT BY 7`,
    `SELECT NEXTVAL(${name})`,
    `ALTER TABLE ${on} ADD COLUMN numbered BIGINT NOT NULL DEFAULT NEXTVAL(${name})`,
  ],
  history: (on, name) => [
    `CREATE TABLE ${name} (id INT PRIMARY KEY, was VARCHAR(20)) WITH SYSTEM VERSIONING`,
    `INSERT INTO ${name} SELECT id, 'now' FROM ${on}`,
  ],
};

function statementsOf({ name, columns, extras, extraName, comment }: Table): string[] {
  const on = quoted(name);
  const names = columns.map(([each], i) => quoted(`${each}${i}`));
  const definitions = columns.map(([, { type }], i) => `${names[i] ?? ''} ${type}`);
  const rows = [0, 1, 2].map(
    (i) => `(${[String(i + 1), ...columns.map(([, { values }]) => values[i] ?? 'NULL')].join(', ')})`,
  );
  return [
    `CREATE TABLE ${on} (id INT PRIMARY KEY AUTO_INCREMENT, ${definitions.join(', ')}) COMMENT ${literal(comment)}`,
    `INSERT INTO ${on} (id, ${names.join(', ')}) VALUES ${rows.join(', ')}`,
    ...extras.flatMap((extra, i) => MAKERS[extra](on, quoted(`${extraName}${i}`))),
  ];
}

/** Schemas of tables with odd names and types, and of what stands beside them. */
export const ownerSchema: fc.Arbitrary<OwnerSchema> = fc
  .tuple(table(1), fc.option(table(2), { nil: undefined }))
  .map(([first, second]) => ({
    statements: [first, ...(second === undefined ? [] : [second])].flatMap(statementsOf),
  }));
