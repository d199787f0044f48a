import { fc } from '../../../support/random';
import { FAMILY } from '../../../support/engine';
import { quoted, TYPES } from '../../owner-schema';
import { openLogBench, transactionsOf, type LogBench } from './log-bench';

/** Each is a table of its own. */
const RUNS = Number(process.env.LOG_RUNS ?? 30);

let bench: LogBench;
beforeAll(async () => {
  bench = await openLogBench();
});
afterAll(() => bench.close());

const ROWS = [1, 2, 3, 4, 5];
const letters = ROWS.map((n) => `'${n}'`).join(',');

/** Keys of many types, with the n-th value of each. */
const KEYS: readonly [type: string, value: (n: number) => string][] = [
  ['INT AUTO_INCREMENT', String],
  ['BIGINT UNSIGNED', (n) => String(18446744073709551610n + BigInt(n))],
  ['DECIMAL(30,10)', (n) => `-${n}00000000000.0000000001`],
  ['VARCHAR(30) COLLATE utf8mb4_unicode_ci', (n) => `'Ñ''${n} \\\\'`],
  ['VARCHAR(30) CHARACTER SET latin1', (n) => `'é${n}'`],
  ['CHAR(8) COLLATE utf8mb4_bin', (n) => `'k${n}'`],
  ['BINARY(8)', (n) => `x'0${n}00'`],
  ['VARBINARY(8)', (n) => `x'${'00'.repeat(n)}'`],
  ['DATE', (n) => `'2024-02-0${n}'`],
  ['DATETIME(6)', (n) => `'2024-02-29 00:00:00.00000${n}'`],
  ['TIMESTAMP(3)', (n) => `'2024-10-27 0${n}:30:00.123'`],
  ['TIME(3)', (n) => `'-0${n}:00:00.001'`],
  ['YEAR', (n) => String(2000 + n)],
  ['BIT(40)', (n) => String(2 ** 39 + n)],
  [`ENUM(${letters})`, (n) => `'${n}'`],
  [`SET(${letters})`, (n) => `'${n}'`],
  ...(FAMILY === 'mariadb'
    ? [
        ['UUID', (n) => `'123e4567-e89b-12d3-a456-42661417400${n}'`] as [string, (n: number) => string],
        ['INET6', (n) => `'2001:db8::${n}'`] as [string, (n: number) => string],
      ]
    : []),
];

/** With numbers that a server reads exactly. */
const jsonValue = fc
  .jsonValue({ stringUnit: 'grapheme' })
  .map(
    (value) =>
      `'${JSON.stringify(value, (_, each: unknown) => (typeof each === 'number' ? (Math.round(each) % 1e9) / 8 : each)).replace(/[\\']/g, '\\$&')}'`,
  );

const column = fc
  .constantFrom(...TYPES.map(([type, value]): (typeof TYPES)[number] => [type, type === 'JSON' ? jsonValue : value]))
  .chain(([type, value]) =>
    fc.record({
      type: fc.constant(type),
      values: fc.array(fc.option(value, { freq: 6, nil: 'NULL' }), { minLength: 3, maxLength: 3 }),
    }),
  );

const pick = fc.nat({ max: 2 });
const step = fc.record({
  verb: fc.constantFrom('INSERT', 'UPDATE', 'DELETE', 'MOVE', 'REPLACE', 'UPSERT', 'SAVEPOINT s', 'ROLLBACK TO s'),
  rows: fc.subarray(ROWS, { minLength: 1 }),
  pick,
  column: fc.nat({ max: 4 }),
});

const table = fc.record({
  name: fc.constantFrom('t', 'a`b', 'Ñ 車', 'select'),
  keys: fc.uniqueArray(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 2, selector: ([type]) => type }),
  isUnique: fc.boolean(),
  columns: fc.array(column, { minLength: 1, maxLength: 5 }),
  extras: fc.subarray([
    'made BIGINT AS (n * 2) VIRTUAL',
    'kept BIGINT AS (n * 3) STORED',
    'at DATETIME(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)',
  ]),
  image: fc.constantFrom('FULL', 'FULL', 'MINIMAL', 'NOBLOB'),
  transactions: fc.array(
    fc.record({
      steps: fc.array(step, { minLength: 1, maxLength: 4 }),
      end: fc.constantFrom('COMMIT', 'COMMIT', 'ROLLBACK'),
    }),
    { minLength: 1, maxLength: 6 },
  ),
});
type Table = typeof table extends fc.Arbitrary<infer T> ? T : never;
type Step = Table['transactions'][number]['steps'][number];

function definitionOf({ name, keys, isUnique, columns, extras }: Table): string {
  const names = keys.map((_, i) => `k${i}`).join(', ');
  // A column that counts has to be the first of its key.
  const parts = [
    ...keys.map(([type], i) => `k${i} ${i > 0 ? type.replace(' AUTO_INCREMENT', '') : type} NOT NULL`),
    ...columns.map(({ type }, i) => `c${i} ${type}`),
    'n INT',
    ...extras,
    isUnique ? `UNIQUE KEY (${names})` : `PRIMARY KEY (${names})`,
  ];
  return `CREATE TABLE ${quoted(name)} (${parts.join(', ')})`;
}

function statementOf({ name, keys, columns }: Table, { verb, rows, pick, column }: Step): string {
  const on = quoted(name);
  const key = (n: number): string[] => keys.map(([, value]) => value(n));
  const where = `(${keys.map((_, i) => `k${i}`).join(', ')}) IN (${rows.map((n) => `(${key(n).join(', ')})`).join(', ')})`;
  const names = [...keys.map((_, i) => `k${i}`), ...columns.map((_, i) => `c${i}`), 'n'].join(', ');
  const values = rows.map(
    (n) => `(${[...key(n), ...columns.map(({ values: of }, i) => of[(n + i + pick) % 3]), n * pick].join(', ')})`,
  );
  const place = column % columns.length;
  const set = `c${place} = ${columns[place]?.values[pick]}`;
  switch (verb) {
    case 'INSERT':
    case 'REPLACE':
      return `${verb} INTO ${on} (${names}) VALUES ${values.join(', ')}`;
    case 'UPSERT':
      return `INSERT INTO ${on} (${names}) VALUES ${values.join(', ')} ON DUPLICATE KEY UPDATE ${set}`;
    case 'UPDATE':
      return `UPDATE ${on} SET ${set} WHERE ${where}`;
    case 'DELETE':
      return `DELETE FROM ${on} WHERE ${where}`;
    case 'MOVE':
      return `UPDATE ${on} SET ${keys.map(([, value], i) => `k${i} = ${value(pick + 1)}`).join(', ')} WHERE ${where}`;
    default:
      return verb;
  }
}

/** What the server itself refuses changes nothing. */
const attempt = (statement: string): Promise<unknown> => bench.live.query(statement).catch(() => undefined);

test(
  'whatever is done to tables of any kind, the copy is equal after every transaction',
  async () => {
    let carried = 0;
    await fc.assert(
      fc.asyncProperty(table, async (made) => {
        try {
          await bench.both(definitionOf(made));
          const [from, shapes] = [await bench.here(), await bench.shapes()];
          const sums: Record<string, string>[] = [];
          await bench.live.query(
            `SET binlog_row_image = '${made.extras.some((extra) => extra.startsWith('at')) ? 'FULL' : made.image}'`,
          );
          for (const { steps, end } of made.transactions) {
            await bench.live.query('START TRANSACTION');
            for (const each of steps) await attempt(statementOf(made, each));
            await bench.live.query(end);
            sums.push(await bench.checksums(bench.live));
          }
          const left = [...sums];
          for (const transaction of transactionsOf(await bench.since(from, shapes))) {
            await bench.carryOver(transaction);
            carried += 1;
            const sum = JSON.stringify(await bench.checksums(bench.copy));
            // Those that changed nothing left no trace in the log.
            const at = left.findIndex((each) => JSON.stringify(each) === sum);
            expect(at).not.toBe(-1);
            left.splice(0, at + 1);
          }
          expect(await bench.checksums(bench.copy)).toEqual(sums.at(-1));
        } finally {
          await bench.both(`DROP TABLE IF EXISTS ${quoted(made.name)}`);
        }
      }),
      { numRuns: RUNS },
    );
    expect(carried).toBeGreaterThan(RUNS);
  },
  RUNS * 5_000,
);
