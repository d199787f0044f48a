import { fc } from '../support/random';
import { csvLine } from '../../src/values/csv';
import { parseCsv } from '../support/csv';

describe('a line of CSV', () => {
  test('is as RFC 4180 wants it', () => {
    expect(csvLine(['plain', 'a, b', 'say "so"', 'two\r\nlines', null, 7, ''])).toBe(
      'plain,"a, b","say ""so""","two\r\nlines",,7,\r\n',
    );
  });

  test.each(['=1+1', '+49 30 1', '-cmd', '@SUM(A1)', ' =1', '＝1', "'=1", '-', '-1.', '=', '-1e3'])(
    'makes no formula of %j, and loses nothing of it',
    (text) => {
      expect(parseCsv(csvLine([text]))).toEqual([[`'${text}`]]);
    },
  );

  test.each([
    ['x;=HYPERLINK("http://example.com")', `x;'=HYPERLINK("http://example.com")`],
    ['x; -cmd', "x;' -cmd"],
    ['a;b;@c;=d', "a;b;'@c;'=d"],
    ["x;'=1", "x;''=1"],
    ['x\t=1', "x\t'=1"],
    ['\t=1', "'\t'=1"],
    ['\r\n=1', "'\r'\n'=1"],
    ['=1;=2', "'=1;'=2"],
    ['{"name":"x;=1"}', `{"name":"x;'=1"}`],
  ])('makes no formula of %j either where a spreadsheet cuts it', (text, written) => {
    expect(parseCsv(csvLine([text]))).toEqual([[written]]);
  });

  test.each([
    '-5.00',
    '0.01',
    '-9999999999999.99',
    '12',
    '-12',
    "it's",
    "'s",
    'a=b',
    'a-b',
    'a;b',
    'a; b=c',
    '{"a":1}',
    '2026-01-01',
  ])('leaves %j as it is', (text) => {
    expect(parseCsv(csvLine([text]))).toEqual([[text]]);
  });

  test('holds any text: no cell begins as a formula does, and what was put in comes out', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^['=+\-@\s",;x1]{0,8}$/));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (cells) => {
        const [row = [], ...more] = parseCsv(csvLine(cells));
        expect(more).toEqual([]);
        for (const cell of row) expect(cell).not.toMatch(/(^|[;\t\r\n])\s*([=+@]|-(?!\d+(\.\d+)?$))/);
        const read = (cell: string): string => cell.replaceAll(/(?<=^|[;\t\r\n])'(?=['\s]*[=+\-@＝＋－＠])/gu, '');
        expect(row.map(read)).toEqual(cells);
      }),
    );
  });
});
