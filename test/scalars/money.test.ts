import { Money } from '../../src/scalars/money';
import { EchoSchema } from './echo';

describe('the scalar Money', () => {
  const money = new EchoSchema(Money);

  test.each([
    ['"1500.00"', 150_000n, '1500.00'],
    ['"1500.5"', 150_050n, '1500.50'],
    ['"1500"', 150_000n, '1500.00'],
    ['"-0.01"', -1n, '-0.01'],
    ['"-0.00"', 0n, '0.00'],
    ['1500', 150_000n, '1500.00'],
    ['-7', -700n, '-7.00'],
    ['0', 0n, '0.00'],
    ['1500.00', 150_000n, '1500.00'],
    ['1500.5', 150_050n, '1500.50'],
    ['-0.01', -1n, '-0.01'],
    ['0.10', 10n, '0.10'],
    // Beyond 2^53 cents no float could hold it.
    ['"9999999999999.99"', 999_999_999_999_999n, '9999999999999.99'],
    ['9999999999999.99', 999_999_999_999_999n, '9999999999999.99'],
    ['-9999999999999.99', -999_999_999_999_999n, '-9999999999999.99'],
  ])('takes the literal and the JSON value %s', async (text, inside, output) => {
    expect(await money.literal(text)).toEqual({ inside, output, code: undefined });
    expect(await money.variable(JSON.parse(text))).toEqual({ inside, output, code: undefined });
  });

  test.each([
    '"1e3"',
    '"1,5"',
    '"1.005"',
    '""',
    '" "',
    '"NaN"',
    '"Infinity"',
    '"+1"',
    '" 1"',
    '"1."',
    '".5"',
    '"0x1f"',
    '"10000000000000"',
    '"-10000000000000.00"',
    '0.005',
    '-1500.125',
    '10000000000000',
    '99999999999999999999999999',
    '1e21',
    '1e-7',
    'true',
    '[1]',
  ])('refuses the literal and the JSON value %s', async (text) => {
    const refused = { inside: undefined, code: 'BAD_USER_INPUT' };
    expect(await money.literal(text)).toMatchObject(refused);
    expect(await money.variable(JSON.parse(text))).toMatchObject(refused);
  });

  // In JSON an exponent leaves no trace: 1e3 is the number 1000 there.
  test.each(['1e3', '1.5E2', 'FIVE', '{ amount: 1 }', '"""1e3"""'])('refuses the literal %s', async (text) => {
    expect(await money.literal(text)).toMatchObject({ inside: undefined, code: 'BAD_USER_INPUT' });
  });

  test.each([[Number.NaN], [Number.POSITIVE_INFINITY], [0.1 + 0.2], [{ amount: 1 }]])(
    'refuses the value %p',
    async (value) => {
      expect(await money.variable(value)).toMatchObject({ inside: undefined, code: 'BAD_USER_INPUT' });
    },
  );

  test('null is no amount', async () => {
    expect(await money.literal('null')).toEqual({ inside: null, output: null, code: undefined });
  });

  test('a refusal says what an amount must be, and shows a long text cut', () => {
    expect(() => Money.parseValue('1,5')).toThrow(/at most two fraction digits.*not "1,5"/);
    expect(() => Money.parseValue('9'.repeat(1_000))).toThrow(/"9{40}\.\.\."\.$/);
  });
});
