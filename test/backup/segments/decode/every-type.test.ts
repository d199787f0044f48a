import { FAMILY } from '../../../support/engine';
import { openLogBench, transactionsOf, type LogBench } from './log-bench';

let bench: LogBench;
beforeAll(async () => {
  bench = await openLogBench();
  // What an owner's own program may have stored.
  await bench.live.query(
    "SET sql_mode = 'STRICT_ALL_TABLES,ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00'",
  );
});
afterAll(() => bench.close());

const OF_MARIADB: readonly [type: string, ...values: string[]][] = [
  [
    'UUID',
    "'123e4567-e89b-12d3-a456-426614174000'",
    "'018e4567-e89b-72d3-a456-426614174abc'",
    "'00000000-0000-0000-0000-000000000000'",
  ],
  ['INET6', "'::'", "'2001:db8::ff00'", "'::ffff:192.0.2.1'"],
  ['INET4', "'0.0.0.0'", "'255.254.0.0'"],
  ['JSON', `'{"a": "it''s", "b": [1, 2.50, "\\\\u00e9"]}'`, "'null'"],
];

const WIDE = Array.from({ length: 3_000 }, (_, i) => `"k${i}": ["${'v'.repeat(20)}", ${i * 50}, 7.5]`).join(', ');
const OF_MYSQL: readonly [type: string, ...values: string[]][] = [
  [
    'JSON',
    "'null'",
    "'{}'",
    "'[]'",
    `'{"a": "it''s ñ車😀", "b": [1, -1, 32768, -32769, 2147483648, 4294967295, 4294967296, 18446744073709551615, true, null], "": {"c": {}}}'`,
    "'[0.5, 5.0, -1e20, 1.5e-8, 9007199254740993, -9223372036854775808]'",
    `'"${'x'.repeat(20_000)}"'`,
    `'{${WIDE}}'`,
  ],
];

/** Each type with values at its edges. */
const TYPES: readonly [type: string, ...values: string[]][] = [
  ['TINYINT', '-128', '127', '0'],
  ['TINYINT UNSIGNED', '255', '128'],
  ['SMALLINT', '-32768', '32767'],
  ['SMALLINT UNSIGNED', '65535'],
  ['MEDIUMINT', '-8388608', '8388607'],
  ['MEDIUMINT UNSIGNED', '16777215'],
  ['INT', '-2147483648', '2147483647'],
  ['INT(6) UNSIGNED ZEROFILL', '4294967295', '7'],
  ['BIGINT', '-9223372036854775808', '9223372036854775807', '-1'],
  ['BIGINT UNSIGNED', '18446744073709551615', '9007199254740993'],
  ['DECIMAL(65,30)', `-${'9'.repeat(35)}.${'9'.repeat(30)}`, `0.${'0'.repeat(29)}1`, '0', '-0.5'],
  ['DECIMAL(10,0)', '-9999999999', '0', '1000000000'],
  ['DECIMAL(9,9)', '-0.000000001', '0.999999999'],
  ['DECIMAL(18,2) UNSIGNED', '1234567890123456.07'],
  ['FLOAT', '1.17549435e-38', '3.4028234e38', '0.1', '-0.0', '16777217', '1e-45', '123456.789', '-7.038531e-26'],
  [
    'DOUBLE',
    '2.2250738585072014e-308',
    '1.7976931348623157e308',
    '0.1',
    '-0e0',
    '5e-324',
    '9007199254740993e0',
    '123456789012345680000',
  ],
  ['BIT(1)', '1', '0'],
  ['BIT(17)', '131071', '65536'],
  ['BIT(64)', '18446744073709551615', '1'],
  ['YEAR', '1901', '2155', "'0000'"],
  ['DATE', "'0000-00-00'", "'9999-12-31'", "'2024-02-31'", "'2023-00-00'", "'0001-01-01'"],
  ['TIME', "'-838:59:59'", "'838:59:59'", "'00:00:00'", "'-00:00:01'"],
  ['TIME(2)', "'-00:00:00.01'", "'12:34:56.07'", "'-12:00:00.99'"],
  ['TIME(3)', "'-00:00:00.001'", "'12:34:56.007'"],
  ['TIME(6)', "'-838:59:58.999999'", "'-00:00:00.000001'", "'00:00:00.000010'"],
  ['DATETIME', "'0000-00-00 00:00:00'", "'9999-12-31 23:59:59'"],
  ['DATETIME(1)', "'2024-02-29 23:59:59.9'"],
  ['DATETIME(4)', "'2024-02-29 23:59:59.0001'"],
  ['DATETIME(6)', "'1000-01-01 00:00:00.000001'"],
  ['TIMESTAMP NULL', "'1970-01-01 00:00:01'", "'2038-01-19 03:14:07'", "'0000-00-00 00:00:00'"],
  ['TIMESTAMP(3) NULL', "'2024-10-27 01:30:00.005'", "'0000-00-00 00:00:00'"],
  ['TIMESTAMP(6) NULL', "'2024-10-27 00:30:00.000005'"],
  ['CHAR(10)', "'ñ車'", "''", "'it''s \\\\ ;'"],
  ['CHAR(255)', "REPEAT('車', 255)"],
  ['CHAR(5) CHARACTER SET latin1', "'ñé'"],
  ['CHAR(5) CHARACTER SET ucs2', "'ñ車'"],
  ['VARCHAR(20)', "'a\\nb\\tc\\0d\\r'", "'😀'", "'trailing  '", "'\"?? :x %'"],
  ['VARCHAR(300) CHARACTER SET latin1', "REPEAT('é', 300)", "'€'"],
  ['VARCHAR(20) CHARACTER SET utf16', "'車😀'"],
  ['VARCHAR(20) CHARACTER SET sjis', "'車ソ表'"],
  ['VARCHAR(20) CHARACTER SET cp1251', "'жук'"],
  ['TINYTEXT', "'x'"],
  ['TEXT CHARACTER SET utf8mb3', "'車'", "REPEAT('ab', 20000)"],
  ['MEDIUMTEXT', "REPEAT('車', 70000)"],
  ['LONGTEXT', "'--\\n/*!*/;\\nCOMMIT'"],
  ['BINARY(8)', "x'0001000000000000'", "''", "x'ffffffffffffffff'"],
  ['VARBINARY(300)', "x'00ff27005c'", "x'00'", "''"],
  ['TINYBLOB', "x'00'"],
  ['BLOB', "REPEAT(x'00ff', 30000)"],
  ['MEDIUMBLOB', "REPEAT(x'275c', 40000)"],
  ['LONGBLOB', "''"],
  ["ENUM('a','it''s','','車')", "'a'", "'it''s'", "''", "'車'"],
  [`ENUM(${Array.from({ length: 300 }, (_, i) => `'m${i}'`).join(',')})`, "'m0'", "'m299'"],
  ["SET('x','y z')", "''", "'x'", "'x,y z'"],
  [`SET(${Array.from({ length: 64 }, (_, i) => `'m${i}'`).join(',')})`, "'m0,m63'", "'m63'"],
  ['POINT', 'POINT(-1.5, 2)'],
  ['GEOMETRY', "ST_GeomFromText('LINESTRING(0 0,1 1,2 2)')"],
  ...(FAMILY === 'mariadb' ? OF_MARIADB : OF_MYSQL),
];

test('a value of every type is carried over bit by bit: written, changed to, changed from, and erased', async () => {
  const tables = TYPES.map(([type], i) => `CREATE TABLE t${i} (id INT PRIMARY KEY, v ${type})`);
  await bench.both(...tables);
  const from = await bench.here();
  for (const [i, [, ...values]] of TYPES.entries()) {
    const rows = ['NULL', ...values].map((value, id) => `(${id}, ${value})`);
    await bench.live.query('START TRANSACTION');
    await bench.live.query(`INSERT INTO t${i} VALUES ${rows.join(', ')}`);
    await bench.live.query(`INSERT INTO t${i} VALUES (100, NULL), (101, ${values[0]})`);
    await bench.live.query(`UPDATE t${i} SET v = ${values.at(-1)} WHERE id = 100`);
    await bench.live.query(`UPDATE t${i} SET v = NULL WHERE id = 101`);
    await bench.live.query('COMMIT');
  }
  const transactions = transactionsOf(await bench.since(from));
  expect(transactions).toHaveLength(TYPES.length);
  for (const transaction of transactions) await bench.carryOver(transaction);
  const [live, copy] = [await bench.checksums(bench.live), await bench.checksums(bench.copy)];
  const wrong = TYPES.filter((_, i) => live[`t${i}`] !== copy[`t${i}`]).map(([type]) => type);
  expect(wrong).toEqual([]);
});
