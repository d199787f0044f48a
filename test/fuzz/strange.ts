import { fc } from '../support/random';

const PIECES = [
  ...["' OR 1=1 -- ", '"; DROP TABLE users; --', "\\' UNION SELECT * FROM users#", '%_%', '1;SHUTDOWN', '/*!99999 */'],
  ...[
    '../../etc/passwd',
    '..\\..\\x',
    '/dev/zero',
    'file:///etc/passwd',
    '%2e%2e%2f',
    'db_backup-2026-01-01_00-00-00.sql',
  ],
  ...['\0', 'a\0b', '\r\nSet-Cookie: x=1', '\n', '\t', '\u001b[31m', '\u0007', '\u2028', '\u0085', '\ufeff', '\ufffe'],
  ...[
    '\ud800',
    'a\udfff',
    '\ud83d',
    '🦄',
    '👩‍👩‍👧',
    'e\u0301',
    'İ',
    'ß',
    'ﬀ',
    '\u202eoxe.exe',
    'עברית',
    'العربية',
    '\u200b',
  ],
  ...[
    '',
    ' ',
    '   ',
    'null',
    'undefined',
    'NaN',
    'true',
    '[]',
    '{}',
    '__proto__',
    'constructor',
    'toString',
    '$ne',
    '${7*7}',
  ],
  ...[
    '$(id)',
    '`id`',
    '| id',
    '<script>alert(1)</script>',
    '{{7*7}}',
    '%s%n',
    '-1',
    '0',
    '1e3',
    '0x10',
    '١٢٣',
    '１',
    '1 ',
    '+1',
  ],
];

const hugeText = fc
  .tuple(
    fc.constantFrom('a', ' ', '%', "'", '\0', '🦄', '\ud800', '9', 'é', '\\'),
    fc.constantFrom(201, 255, 1_000, 65_536),
  )
  .map(([unit, times]) => unit.repeat(times));

/** Any text: what people type, what attackers type, and what no database or terminal likes. */
export const text = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...PIECES) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  { weight: 2, arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 5 }).map((pieces) => pieces.join('')) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 })
      .map((units) => String.fromCharCode(...units)),
  },
  { weight: 1, arbitrary: hugeText },
);

export const DATES = [
  ...['2024-02-30T00:00:00Z', '2024-01-01', '2024-01-01T00:00:00', '2024-01-01T00:00:00+14:00', '2024-01-01T24:00:00Z'],
  ...['0000-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '1899-12-31T23:59:59.999Z', '1000-01-01T00:00:00Z'],
  ...['9999-12-31T23:59:59.999Z', '+010000-01-01T00:00:00Z', '-000001-01-01T00:00:00Z', '275760-09-13T00:00:00Z'],
  ...[
    '2016-12-31T23:59:60Z',
    '2024-01-01T00:00:00.123456789Z',
    '2024-01-01t00:00:00z',
    'Mon, 01 Jan 2024 00:00:00 GMT',
  ],
];

export const AMOUNTS = [
  ...[
    '1500.00',
    '0.01',
    '1',
    '0.1',
    '-0.01',
    '0',
    '-0',
    '0.00',
    '9999999999999.99',
    '10000000000000.00',
    '-9999999999999.99',
  ],
  ...[
    '1e3',
    '1,5',
    '0.005',
    'NaN',
    'Infinity',
    '-Infinity',
    '.5',
    '5.',
    '00001.00',
    '+1.00',
    '1_000',
    '0x10',
    ' 1.00 ',
    '1.00\n',
  ],
];
