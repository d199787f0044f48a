import fc from 'fast-check';
import { csvLine } from '../../src/values/csv';
import { parseCsv } from '../support/csv';

describe('a line of CSV', () => {
  test('is as RFC 4180 wants it', () => {
    expect(csvLine(['plain', 'a, b', 'say "so"', 'two\r\nlines', null, 7, ''])).toBe(
      'plain,"a, b","say ""so""","two\r\nlines",,7,\r\n',
    );
  });

  test.each(['=1+1', '+49 30 1', '-cmd', '@SUM(A1)', '\t=1', ' =1', '\r\n=1', '＝1', "'=1", '-', '-1.', '=', '-1e3'])(
    'makes no formula of %j, and loses nothing of it',
    (text) => {
      expect(parseCsv(csvLine([text]))).toEqual([[`'${text}`]]);
    },
  );

  test.each(['-5.00', '0.01', '-9999999999999.99', '12', '-12', "it's", "'s", 'a=b', 'a-b', '{"a":1}', '2026-01-01'])(
    'leaves %j as it is',
    (text) => {
      expect(parseCsv(csvLine([text]))).toEqual([[text]]);
    },
  );

  test('holds any text: no cell begins as a formula does, and what was put in comes out', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^['=+\-@\s",]{0,6}$/));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (cells) => {
        const [row = [], ...more] = parseCsv(csvLine(cells));
        expect(more).toEqual([]);
        for (const cell of row) expect(cell).not.toMatch(/^\s*[=+@]|^\s*-(?!\d+(\.\d+)?$)/);
        expect(row.map((cell) => (/^''*\s*['\s]*[=+\-@＝＋－＠]/u.test(cell) ? cell.slice(1) : cell))).toEqual(cells);
      }),
    );
  });
});
