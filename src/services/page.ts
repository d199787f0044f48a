import { badInput } from './errors';

/** The arguments of a list, as clients send them. */
interface PageArguments {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

/** Which rows of a list: so many from its begin or after a cursor; or, backward, up to its end or up to a cursor. */
export interface PageRequest {
  size: number;
  isBackward: boolean;
  cursor: string | null;
}

export interface Page<T> {
  nodes: T[];
  cursorOf: (node: T) => string;
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  /** Counted only when asked for. */
  totalCount: () => Promise<number>;
  /** The sum of a column of cents over all rows of the list. Added up only when asked for. */
  total: (column: string) => Promise<bigint>;
}

export const MAX_FIRST = 1000;
export const DEFAULT_FIRST = 50;

/** @throws Refusal BAD_USER_INPUT unless `first` is 1 to 1000 */
export function checkFirst(first: number, name = 'first'): number {
  if (!Number.isInteger(first) || first < 1 || first > MAX_FIRST) {
    throw badInput(`${name} must be a whole number from 1 to ${MAX_FIRST}, not ${first}.`, name);
  }
  return first;
}

/** An explicit null means the default, like a missing argument. @throws Refusal BAD_USER_INPUT */
export function pageRequest({ first, after = null, last = null, before = null }: PageArguments): PageRequest {
  if (last === null) {
    if (before !== null) throw badInput('before goes with last: ask for the last rows before that cursor.', 'before');
    return { size: checkFirst(first ?? DEFAULT_FIRST), isBackward: false, cursor: after };
  }
  if (after !== null) throw badInput('after goes with first: ask for the first rows after that cursor.', 'after');
  if ((first ?? DEFAULT_FIRST) !== DEFAULT_FIRST) throw badInput('Ask either for first or for last.', 'last');
  return { size: checkFirst(last, 'last'), isBackward: true, cursor: before };
}

/**
 * One page of rows that were read in the direction of the request, with one more than asked for. There is something on
 * the side of the cursor: the row of the cursor itself.
 */
export function pageOf<T>(
  rows: readonly T[],
  { size, isBackward, cursor }: PageRequest,
  more: Pick<Page<T>, 'cursorOf' | 'totalCount' | 'total'>,
): Page<T> {
  const nodes = rows.slice(0, size);
  const hasMore = rows.length > size;
  const hasCursor = cursor !== null;
  return {
    nodes: isBackward ? nodes.reverse() : nodes,
    hasNextPage: isBackward ? hasCursor : hasMore,
    hasPreviousPage: isBackward ? hasMore : hasCursor,
    ...more,
  };
}
