import { crc32 } from 'node:zlib';
import { metaBytes, type LoggedColumn } from './column-values';
import { Obstructed } from './obstructed';

/** What an event says of a table before events of its rows. */
export interface LoggedTable {
  database: string;
  table: string;
  columns: readonly LoggedColumn[];
}

/** An event of rows, as far as it is read without knowing its table. */
export interface RowsEvent {
  verb: 'INSERT' | 'UPDATE' | 'DELETE';
  flags: number;
  /** From the number of columns on. */
  body: Buffer;
}

/** Flags of an event of rows: the session checked no foreign keys; the log names the rows that cascades change (MySQL 9.6). */
export const UNCHECKED_KEYS = 2;
export const LOGGED_CASCADES = 16;

export const EVENT = { format: 15, tableMap: 19, partialUpdate: 39 } as const;
const VERBS: Readonly<Record<number, RowsEvent['verb']>> = {
  23: 'INSERT',
  24: 'UPDATE',
  25: 'DELETE',
  30: 'INSERT',
  31: 'UPDATE',
  32: 'DELETE',
};
const HEAD = 19;
const CHECKSUM = 4;
/** Where a format event lists, one byte a type from 1 on, how long what follows an event's head is. */
const LENGTHS_AT = HEAD + 57;

export const typeOf = (event: Buffer): number => event[4] ?? 0;
/** In ms, whole seconds. */
export const timeOf = (event: Buffer): number => event.readUInt32LE(0) * 1000;

/**
 * Reads the event with which each file of a log begins.
 * @returns whether the file's events end with a checksum
 * @throws Obstructed where its events have another form than the one that is known here
 */
export function readFormat(event: Buffer): boolean {
  const lengthOf = (type: number): number => event[LENGTHS_AT + type - 1] ?? 0;
  // A server that never writes the first form of rows says 0 of it.
  const isKnown =
    lengthOf(EVENT.tableMap) === 8 &&
    [23, 24, 25].every((type) => [0, 8].includes(lengthOf(type))) &&
    [30, 31, 32].every((type) => [0, 10].includes(lengthOf(type)));
  if (event.readUInt16LE(HEAD) !== 4 || !isKnown)
    throw new Obstructed('The binary log has a form that is not known here.');
  return event[event.length - CHECKSUM - 1] === 1;
}

/** @throws Obstructed where the event is not what the server wrote */
export function withoutChecksum(event: Buffer, hasChecksum: boolean): Buffer {
  if (!hasChecksum) return event;
  const end = event.length - CHECKSUM;
  if (crc32(event.subarray(0, end)) === event.readUInt32LE(end)) return event.subarray(0, end);
  throw new Obstructed('An event of the binary log does not match its checksum.');
}

/** Which table an event is about: of one that describes a table or its rows. */
export const tableIdOf = (event: Buffer): number => event.readUIntLE(HEAD, 6);

export function readTableMap(event: Buffer): [id: number, table: LoggedTable] {
  const id = tableIdOf(event);
  let at = HEAD + 8;
  const name = (): string => {
    const length = event.readUInt8(at);
    const text = event.toString('utf8', at + 1, at + 1 + length);
    at += length + 2;
    return text;
  };
  const [database, table] = [name(), name()];
  const count = packedInteger(event, at);
  const types = event.subarray(count.end, count.end + count.value);
  const metas = packedInteger(event, count.end + count.value);
  at = metas.end;
  const columns: LoggedColumn[] = [];
  for (const type of types) {
    const length = metaBytes(type);
    // From here on, nobody knows which bytes are whose; -1 is what no shape has.
    if (length === null)
      return [id, { database, table, columns: [...types].map((each) => ({ type: each, meta: -1 })) }];
    columns.push({ type, meta: length === 0 ? 0 : event.readUIntLE(at, length) });
    at += length;
  }
  return [id, { database, table, columns }];
}

/** @returns null for an event of another kind */
export function readRows(event: Buffer): RowsEvent | null {
  const type = typeOf(event);
  const verb = VERBS[type];
  if (verb === undefined) return null;
  const isSecondForm = type >= 30;
  // The second form has more between, whose length counts itself.
  const more = isSecondForm ? event.readUInt16LE(HEAD + 8) : 0;
  return { verb, flags: event.readUInt16LE(HEAD + 6), body: event.subarray(HEAD + 8 + more) };
}

/** A number of one, three, four or nine bytes. */
export function packedInteger(bytes: Buffer, at: number): { value: number; end: number } {
  const first = bytes.readUInt8(at);
  if (first < 251) return { value: first, end: at + 1 };
  if (first === 252) return { value: bytes.readUInt16LE(at + 1), end: at + 3 };
  if (first === 253) return { value: bytes.readUIntLE(at + 1, 3), end: at + 4 };
  throw new RangeError('no number of columns');
}
