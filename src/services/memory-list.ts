import { cursorOf, type Order, placeOf, type Value } from './order';
import { type Page, pageOf, type PageRequest } from './page';

/** A page of a list whose rows are no rows of a table, and few. @throws Refusal BAD_USER_INPUT */
export function pageInMemory<T extends object>(
  list: { name: string; order: Order; rows: readonly T[] },
  page: PageRequest,
): Page<T> {
  const { name, order, rows } = list;
  const place = placeOf(name, order, page);
  const upward = order.descending === page.isBackward ? 1 : -1;
  const valuesOf = (row: T): Value[] =>
    order.columns.map((column) => (row as Record<string, Value>)[column.name] ?? '');
  const wanted = rows
    .filter((row) => place === null || upward * compare(valuesOf(row), place) > 0)
    .sort((a, b) => upward * compare(valuesOf(a), valuesOf(b)));
  return pageOf(wanted, page, {
    cursorOf: (row) => cursorOf(name, order, row),
    totalCount: () => Promise.resolve(rows.length),
    total: () => Promise.resolve(0n),
  });
}

function compare(a: readonly Value[], b: readonly Value[]): number {
  for (const [i, value] of a.entries()) {
    const other = b[i] ?? '';
    if (value < other) return -1;
    if (value > other) return 1;
  }
  return 0;
}
