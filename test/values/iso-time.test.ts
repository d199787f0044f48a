import { fc } from '../support/random';
import { isoTime } from '../../src/values/iso-time';

describe('isoTime', () => {
  test('says of any time what Date says', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (time) => {
        expect(isoTime(time)).toBe(time.toISOString());
      }),
    );
  });

  test.each([
    '1000-01-01T00:00:00.000Z',
    '0999-12-31T23:59:59.999Z',
    '1969-12-31T23:59:59.999Z',
    '2000-02-29T01:02:03.004Z',
    '2026-12-31T23:59:59.999Z',
    '9999-12-31T23:59:59.999Z',
    '+010000-01-01T00:00:00.000Z',
  ])('%s', (text) => {
    expect(isoTime(new Date(text))).toBe(text);
  });

  test('throws where there is no time', () => {
    expect(() => isoTime(new Date(NaN))).toThrow(RangeError);
  });
});
