import { fc } from '../support/random';
import { formatPercentage, parsePercentage, WHOLE } from '../../src/values/percentage';

describe('percentages', () => {
  test.each([
    ['50', 500_000],
    ['0', 0],
    ['0.0000', 0],
    ['100', WHOLE],
    ['100.0000', WHOLE],
    ['33.3334', 333_334],
    ['33.3', 333_000],
    ['0.0001', 1],
  ])('reads %s', (text, ppm) => {
    expect(parsePercentage(text)).toBe(ppm);
  });

  test.each(['', '-1', '-0', '100.0001', '101', '1000', '33.33333', '50%', ' 50', '5e1', '50,5', '.5', '5.', 'NaN'])(
    'refuses %j',
    (text) => {
      expect(parsePercentage(text)).toBeNull();
    },
  );

  test.each([
    [0, '0.0000'],
    [1, '0.0001'],
    [333_334, '33.3334'],
    [500_000, '50.0000'],
    [WHOLE, '100.0000'],
  ])('writes %s ppm', (ppm, text) => {
    expect(formatPercentage(ppm)).toBe(text);
  });

  test('what is written is read back, to the millionth', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: WHOLE }), (ppm) => {
        expect(parsePercentage(formatPercentage(ppm))).toBe(ppm);
      }),
    );
  });
});
