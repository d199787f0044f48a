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

  test('is only ever an output', async () => {
    const percentage = new EchoSchema(Percentage);
    expect(await percentage.literal('"50.0000"')).toMatchObject({ inside: undefined, code: 'BAD_USER_INPUT' });
    expect(await percentage.variable('50.0000')).toMatchObject({ inside: undefined, code: 'BAD_USER_INPUT' });
  });
});
