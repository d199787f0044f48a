import type { ColumnValues } from './column-values';
import { packedInteger, type RowsEvent } from './row-events';

/** Where the values of a row stand in its event, by place; no bytes are copied, as an event may have thousands of rows. */
export class RowImage {
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;

  constructor(
    readonly body: Buffer,
    private readonly columns: readonly ColumnValues[],
  ) {
    this.starts = new Int32Array(columns.length).fill(UNSAID);
    this.ends = new Int32Array(columns.length);
  }

  isSaid(place: number): boolean {
    return this.startOf(place) !== UNSAID;
  }

  /** Whether both say the same of that column. */
  equals(other: RowImage, place: number): boolean {
    const [mine, its] = [this.startOf(place), other.startOf(place)];
    if (mine < 0 || its < 0) return mine === its;
    return this.body.compare(other.body, its, other.ends[place], mine, this.ends[place]) === 0;
  }

  /** As it stands in SQL; null where it is not said. */
  sql(place: number): string | null {
    const start = this.startOf(place);
    if (start === UNSAID) return null;
    return start === NULL ? 'NULL' : (this.columns[place]?.toSql(this.body, start, this.ends[place] ?? start) ?? null);
  }

  /**
   * Reads the next row.
   * @param said bits: which of the columns the event has
   * @returns where it ends
   * @throws RangeError where the event ends within it
   */
  read(start: number, said: Buffer): number {
    const { columns, body } = this;
    let count = 0;
    for (let place = 0; place < columns.length; place += 1) if (isSet(said, 0, place)) count += 1;
    let at = start + Math.ceil(count / 8);
    let nth = 0;
    for (const [place, { prefix, length }] of columns.entries()) {
      this.starts[place] = UNSAID;
      if (!isSet(said, 0, place)) continue;
      const isNull = isSet(body, start, nth);
      nth += 1;
      this.starts[place] = isNull ? NULL : at + prefix;
      if (!isNull) at += prefix + (prefix === 0 ? length : body.readUIntLE(at, prefix));
      this.ends[place] = at;
    }
    if (at > body.length) throw new RangeError('the event ends within a row');
    return at;
  }

  private startOf(place: number): number {
    return this.starts[place] ?? UNSAID;
  }
}

const NULL = -1;
const UNSAID = -2;

function isSet(bits: Buffer, from: number, nth: number): boolean {
  return ((bits[from + (nth >> 3)] ?? 0) & (1 << (nth & 7))) !== 0;
}

/**
 * The rows of an event, one after the other, in images that the next one is read into: `before` says nothing of an
 * INSERT, `after` nothing of a DELETE.
 * @throws RangeError where the event ends within a row, or has another number of columns
 */
export function* rowsOf(
  { verb, body }: RowsEvent,
  columns: readonly ColumnValues[],
): Generator<{ before: RowImage; after: RowImage }> {
  const count = packedInteger(body, 0);
  if (count.value !== columns.length) throw new RangeError('another number of columns');
  const width = Math.ceil(count.value / 8);
  const first = body.subarray(count.end, count.end + width);
  const second = verb === 'UPDATE' ? body.subarray(count.end + width, count.end + 2 * width) : first;
  let at = count.end + (verb === 'UPDATE' ? 2 : 1) * width;
  const row = { before: new RowImage(body, columns), after: new RowImage(body, columns) };
  while (at < body.length) {
    if (verb !== 'INSERT') at = row.before.read(at, first);
    if (verb !== 'DELETE') at = row.after.read(at, second);
    yield row;
  }
}
