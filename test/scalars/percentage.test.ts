import { Percentage } from '../../src/scalars/percentage';
import { EchoSchema } from './echo';

describe('the scalar Percentage', () => {
  test.each([
    [0, '0.0000'],
    [333_334, '33.3334'],
    [1_000_000, '100.0000'],
  ])('gives %d ppm out as %s', (ppm, text) => {
    expect(Percentage.serialize(ppm)).toBe(text);
  });

  test.each(['"50.0000"', '"50"', '50', '50.0'])('reads the literal %s', async (literal) => {
    const percentage = new EchoSchema(Percentage);
    expect(await percentage.literal(literal)).toMatchObject({ inside: 500_000 });
    expect(await percentage.variable(JSON.parse(literal))).toMatchObject({ inside: 500_000 });
  });

  test.each(['"100.0001"', '-1', '"0.00001"', '""', '"50 %"', 'true', '1e1'])(
    'refuses the literal %s',
    async (literal) => {
      const percentage = new EchoSchema(Percentage);
      expect(await percentage.literal(literal)).toMatchObject({ inside: undefined, code: 'BAD_USER_INPUT' });
    },
  );
});
