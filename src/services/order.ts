import type { PageRequest } from './page';
import { badInput, quote } from './errors';

/** A column that rows are sorted by, and how a cursor writes its value. */
export interface SortColumn {
  name: string;
  holds: 'number' | 'time' | 'cents' | 'text';
}

/** The order of a list: the last column is a key, so that no two rows have the same place. */
export interface Order {
  columns: readonly SortColumn[];
  descending: boolean;
}

/** What a row or a place holds in the columns of an order. */
export type Value = string | number | bigint | Date;

const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');

const FORMS: Readonly<Record<SortColumn['holds'], RegExp>> = {
  number: /^\d{1,19}$/,
  time: /^\d{1,15}$/,
  cents: /^-?\d{1,18}$/,
  text: /^.{0,255}$/su,
};

/** Tells an order from another one of the same list. */
const nameOf = ({ columns, descending }: Order): string =>
  `${columns.map(({ name }) => name).join('+')} ${descending ? 'down' : 'up'}`;

/** The place of a row in a list of that name, as clients hand it back. */
export function cursorOf(list: string, order: Order, row: object): string {
  const values = order.columns.map(({ name }) => {
    const value = (row as Record<string, Value>)[name];
    return value instanceof Date ? String(value.getTime()) : String(value);
  });
  return Buffer.from(JSON.stringify([list, nameOf(order), ...values])).toString('base64url');
}

/**
 * The place that a request's cursor stands for, or null where it has none.
 * @throws Refusal BAD_USER_INPUT for a cursor of another list or order
 */
export function placeOf(list: string, order: Order, { cursor, isBackward }: PageRequest): Value[] | null {
  if (cursor === null) return null;
  const values = readCursor(cursor);
  const isOurs = values?.[0] === list && values[1] === nameOf(order) && values.length === order.columns.length + 2;
  const place = isOurs ? order.columns.map(({ holds }, i) => readValue(holds, values[i + 2])) : [];
  if (!isOurs || !place.every((value) => value !== null)) {
    const name = isBackward ? 'before' : 'after';
    throw badInput(`${name} must be a cursor of this list in this order, not ${quote(cursor)}.`, name);
  }
  return place;
}

function readCursor(cursor: string): unknown[] | null {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(values) ? values : null;
  } catch {
    return null;
  }
}

function readValue(holds: SortColumn['holds'], value: unknown): Value | null {
  if (typeof value !== 'string' || !FORMS[holds].test(value)) return null;
  if (holds === 'text') return value;
  if (holds === 'time') return Number(value) <= LATEST_MS ? new Date(Number(value)) : null;
  return BigInt(value);
}
