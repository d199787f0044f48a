import { fc } from '../support/random';
import { formatCents, MAX_CENTS, parseCents } from '../../src/values/money';

describe('money', () => {
  test.each([
    ['1500.00', 150_000n],
    ['1500.5', 150_050n],
    ['1500', 150_000n],
    ['0', 0n],
    ['-0', 0n],
    ['-0.00', 0n],
    ['0.01', 1n],
    ['-0.01', -1n],
    ['-1500.25', -150_025n],
    ['9999999999999.99', MAX_CENTS],
    ['-9999999999999.99', -MAX_CENTS],
  ])('reads %s', (text, cents) => {
    expect(parseCents(text)).toBe(cents);
  });

  test.each([
    '',
    ' ',
    '.',
    '-',
    '1.',
    '.5',
    '+1',
    '--1',
    ' 1',
    '1 ',
    '1\n',
    '1e3',
    '1E3',
    '1,5',
    '1,500.00',
    '1_000',
    '0.005',
    '1.000',
    'NaN',
    'Infinity',
    '0x10',
    '1n',
    '10000000000000',
    '10000000000000.00',
    '9999999999999.999',
    '99999999999999999999999999',
    '$5',
    '١٢',
    '1.0.0',
    'null',
  ])('refuses %j', (text) => {
    expect(parseCents(text)).toBeNull();
  });

  test.each([
    [0n, '0.00'],
    [1n, '0.01'],
    [-1n, '-0.01'],
    [10n, '0.10'],
    [-100n, '-1.00'],
    [150_000n, '1500.00'],
    [MAX_CENTS, '9999999999999.99'],
    // A sum may be larger than any single amount.
    [MAX_CENTS * 1000n, '9999999999999990.00'],
  ])('writes %s cents', (cents, text) => {
    expect(formatCents(cents)).toBe(text);
  });

  test('what is written is read back, to the cent', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -MAX_CENTS, max: MAX_CENTS }), (cents) => {
        expect(parseCents(formatCents(cents))).toBe(cents);
      }),
    );
  });

  test('no text is read as more than the largest magnitude', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^-?\d{1,16}(\.\d{0,3})?$/)), (text) => {
        const cents = parseCents(text) ?? 0n;
        expect(cents <= MAX_CENTS && cents >= -MAX_CENTS).toBe(true);
      }),
    );
  });
});
