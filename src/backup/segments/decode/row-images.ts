import type { ColumnValues } from './column-values';
import { packedInteger, type RowsEvent } from './row-events';

/** The bytes of a row's values by place; null is NULL, and undefined is not said. */
export type RowImage = readonly (Buffer | null | undefined)[];

/** A row that was changed: `before` is empty of an INSERT, `after` of a DELETE. */
export interface RowChange {
  before: RowImage;
  after: RowImage;
}

/**
 * The rows of an event, one after the other.
 * @throws RangeError where the event ends within a row, or has another number of columns
 */
export function* rowsOf({ verb, body }: RowsEvent, columns: readonly ColumnValues[]): Generator<RowChange> {
  const count = packedInteger(body, 0);
  if (count.value !== columns.length) throw new RangeError('another number of columns');
  const width = Math.ceil(count.value / 8);
  const first = body.subarray(count.end, count.end + width);
  const second = verb === 'UPDATE' ? body.subarray(count.end + width, count.end + 2 * width) : first;
  let at = count.end + (verb === 'UPDATE' ? 2 : 1) * width;
  const image = (isThere: Buffer): RowImage => {
    const read = readImage(body, at, isThere, columns);
    at = read.end;
    return read.image;
  };
  while (at < body.length) {
    if (verb === 'INSERT') yield { before: [], after: image(first) };
    else if (verb === 'DELETE') yield { before: image(first), after: [] };
    else yield { before: image(first), after: image(second) };
  }
}

function readImage(
  body: Buffer,
  start: number,
  isThere: Buffer,
  columns: readonly ColumnValues[],
): { image: RowImage; end: number } {
  const isSet = (bits: Buffer, at: number): boolean => ((bits[at >> 3] ?? 0) & (1 << (at & 7))) !== 0;
  const said = columns.filter((_, place) => isSet(isThere, place)).length;
  const nulls = body.subarray(start, start + Math.ceil(said / 8));
  let at = start + nulls.length;
  let nth = 0;
  const image = columns.map(({ prefix, length }, place) => {
    if (!isSet(isThere, place)) return undefined;
    nth += 1;
    if (isSet(nulls, nth - 1)) return null;
    const from = at + prefix;
    at = from + (prefix === 0 ? length : body.readUIntLE(at, prefix));
    if (at > body.length) throw new RangeError('the event ends within a row');
    return body.subarray(from, at);
  });
  return { image, end: at };
}
