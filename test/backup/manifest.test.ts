import { manifestLine, parseManifest, type Manifest } from '../../src/backup/files/manifest';

const manifest: Omit<Manifest, 'format'> = {
  lastOperation: { number: 7, uid: '0d4cbb1a-55a2-4a6e-9bd6-5d0f2b6b7a11' },
  trigger: 'OPERATION',
  startedAt: new Date('2026-11-23T01:02:02.000Z'),
  createdAt: new Date('2026-11-23T01:02:03.456Z'),
  durationMs: 1456,
  sqlBytes: 12_345,
  sha256: 'a'.repeat(64),
  serverVersion: '10.11.19-MariaDB',
  schemaVersion: 'Ledger1',
  database: 'pööl "1"; \'; --',
  verifiedAt: null,
};

const lineOf = (fields: Partial<Manifest> = {}): string => manifestLine({ ...manifest, ...fields }).toString();
const parse = (line: string): Manifest | null => parseManifest(line.slice(0, -1));

test('what is written is read back, as one SQL comment on one line', () => {
  const line = lineOf();
  expect(parse(line)).toEqual({ format: 1, ...manifest });
  expect(line.startsWith('-- motorpool-backup {')).toBe(true);
  expect(line.indexOf('\n')).toBe(line.length - 1);
});

test('a backup of an empty ledger has number 0 and no identity', () => {
  expect(parse(lineOf({ lastOperation: { number: 0, uid: null } }))?.lastOperation).toEqual({ number: 0, uid: null });
  expect(parse(lineOf({ lastChange: { number: 9, uid: 'x' } }))?.lastChange).toEqual({ number: 9, uid: 'x' });
  // Of a version without a journal of changes.
  expect(parse(lineOf({}))).not.toHaveProperty('lastChange');
});

test('not one flipped bit goes unnoticed', () => {
  const line = manifestLine(manifest).subarray(0, -1);
  for (let bit = 0; bit < line.length * 8; bit++) {
    const flipped = Buffer.from(line);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(parseManifest(flipped.toString())).toBeNull();
  }
});

test('not one missing byte goes unnoticed', () => {
  const line = lineOf().slice(0, -1);
  for (let length = 0; length < line.length; length++) {
    expect(parseManifest(line.slice(0, length))).toBeNull();
    expect(parseManifest(line.slice(line.length - length))).toBeNull();
  }
});

test.each<[string, Partial<Record<keyof Manifest, unknown>>]>([
  ['a number without an identity', { lastOperation: { number: 7, uid: null } }],
  ['an identity without a number', { lastOperation: { number: 0, uid: 'x' } }],
  ['a change without an identity', { lastChange: { number: 7, uid: '' } }],
  ['change number 0', { lastChange: { number: 0, uid: 'x' } }],
  ['a negative number', { lastOperation: { number: -1, uid: 'x' } }],
  ['a fraction', { lastOperation: { number: 1.5, uid: 'x' } }],
  ['no SQL', { sqlBytes: 0 }],
  ['a hash of another length', { sha256: 'abc' }],
  ['an unknown trigger', { trigger: 'CRON' }],
  ['an unknown field', { surprise: 1 } as never],
  ['no time', { createdAt: new Date(Number.NaN) }],
])('%s is never written', (_, fields) => {
  expect(() => manifestLine({ ...manifest, ...fields } as never)).toThrow();
});

test.each(['', '-- motorpool-backup', '-- motorpool-backup {}', '-- motorpool-backup null', '-- Dump completed', '{}'])(
  '%j is no manifest',
  (line) => {
    expect(parseManifest(line)).toBeNull();
  },
);
