import { badInput, quote } from './errors';

/** Which rows of a list: `first` many (1 to 1000), those after the cursor where one is given. */
export interface PageRequest {
  first: number;
  after?: string | null;
}

export interface Page<T> {
  nodes: T[];
  endCursor: string | null;
  hasNextPage: boolean;
  /** Counted only when asked for. */
  totalCount: () => Promise<number>;
}

const MAX_FIRST = 1000;

/** @throws Refusal BAD_USER_INPUT unless `first` is 1 to 1000 */
export function checkFirst(first: number, name = 'first'): number {
  if (!Number.isInteger(first) || first < 1 || first > MAX_FIRST) {
    throw badInput(`${name} must be a whole number from 1 to ${MAX_FIRST}, not ${first}.`);
  }
  return first;
}

/**
 * A page from rows that were read with one more than asked for.
 * @param cursorOf the place of a row in the list's order, which must never change
 */
export function pageOf<T>(
  rows: T[],
  first: number,
  cursorOf: (row: T) => readonly (number | string)[],
  totalCount: () => Promise<number>,
): Page<T> {
  const nodes = rows.slice(0, first);
  const last = nodes.at(-1);
  return {
    nodes,
    endCursor: last === undefined ? null : Buffer.from(cursorOf(last).join(':')).toString('base64url'),
    hasNextPage: rows.length > first,
    totalCount,
  };
}

/**
 * The whole numbers that a cursor holds, as text, or null where there is no cursor.
 * @throws Refusal BAD_USER_INPUT where it is no cursor of such a list
 */
export function readCursor(after: string | null | undefined, length: number): string[] | null {
  if (after === null || after === undefined) return null;
  const parts = Buffer.from(after, 'base64url').toString().split(':');
  if (parts.length !== length || !parts.every((part) => /^\d{1,19}$/.test(part))) {
    throw badInput(`after must be the endCursor of a page of this list, not ${quote(after)}.`);
  }
  return parts;
}
