import type { EntityManager, EntityTarget } from 'typeorm';
import { cursorOf, type Order, placeOf, type Value } from './order';
import { type Page, pageOf, type PageRequest } from './page';
import { type Condition, readRows } from './rows';

/** The rows of one table in one order. Conditions name its columns as `t.column`. */
export interface List<T> {
  /** Tells its cursors from those of other lists. */
  name: string;
  entity: EntityTarget<T>;
  order: Order;
  where: readonly Condition[];
}

/** Whose rows: the column, and the table of its owners. */
const OWNERS = { userId: 'users', saleId: 'sales' } as const;

interface Owners<Column> {
  column: Column;
  /** One page for each, in this order. */
  ids: readonly number[];
}

/** One page of a list, in one statement, and one for each total that is asked for. @throws Refusal BAD_USER_INPUT */
export async function readPage<T extends object>(
  manager: EntityManager,
  list: List<T>,
  page: PageRequest,
): Promise<Page<T>> {
  const rows = await readRows(manager, list.entity, { ...whatIsWanted(list, page), limit: page.size + 1 });
  const total = totals(manager, list);
  return finished(list, page, rows, (expression) => total(expression, null));
}

/**
 * A page of a list for each owner, in a fixed number of statements for any number of owners.
 * @throws Refusal BAD_USER_INPUT
 */
export async function readPagesOf<
  Column extends keyof typeof OWNERS,
  T extends { id: number | string } & Partial<Record<Column, number | null>>,
>(manager: EntityManager, list: List<T>, { column, ids }: Owners<Column>, page: PageRequest): Promise<Page<T>[]> {
  const total = totals(manager, list, { column, ids });
  const [only] = ids;
  if (ids.length === 1 && only !== undefined) {
    const wanted = whatIsWanted({ ...list, where: [...list.where, [`t.${column} = ?`, only]] }, page);
    const rows = await readRows(manager, list.entity, { ...wanted, limit: page.size + 1 });
    return [finished(list, page, rows, (expression) => total(expression, only))];
  }
  // Of each owner the rows up to the last one of the page, which a subquery finds in the owner's index. To number all
  // rows of those owners instead takes three times as long where there are hundreds each.
  const { where, orderBy } = whatIsWanted(list, page);
  const { tableName } = manager.dataSource.getMetadata(list.entity);
  const conditions = where.map(([sql]) => `AND ${sql}`).join(' ');
  const values = where.flatMap(([, ...parameters]) => parameters);
  const names = list.order.columns.map(({ name }) => name);
  const upToLast = beyond(
    list.order,
    isDown(list, page) ? '>' : '<',
    names.map((name) => `l.${name}`),
    '=',
  );
  const sql = `t.id IN (SELECT id FROM (
    SELECT t.id FROM (
      SELECT o.id AS owner, (SELECT t.id FROM ${tableName} t WHERE t.${column} = o.id ${conditions}
                             ORDER BY ${orderBy} LIMIT 1 OFFSET ${page.size}) AS last
      FROM ${OWNERS[column]} o WHERE o.id IN (?)
    ) pages
    LEFT JOIN ${tableName} l ON l.id = pages.last
    STRAIGHT_JOIN ${tableName} t ON t.${column} = pages.owner AND (l.id IS NULL OR ${upToLast})
    WHERE TRUE ${conditions}) wanted)`;
  const rows = await readRows(manager, list.entity, { where: [[sql, ...values, ids, ...values]], orderBy });
  const byOwner = new Map(ids.map((id) => [id, [] as T[]]));
  for (const row of rows) byOwner.get(row[column] ?? NaN)?.push(row);
  return ids.map((id) => finished(list, page, byOwner.get(id) ?? [], (expression) => total(expression, id)));
}

/** Whether the rows are read from the greatest to the least. */
const isDown = <T>({ order }: List<T>, { isBackward }: PageRequest): boolean => order.descending !== isBackward;

/** The conditions and the order in which a page is read: towards the begin of the list, where it is read backward. */
function whatIsWanted<T>(list: List<T>, page: PageRequest): { where: Condition[]; orderBy: string } {
  const down = isDown(list, page);
  const place = placeOf(list.name, list.order, page);
  const orderBy = list.order.columns.map(({ name }) => `t.${name}${down ? ' DESC' : ''}`).join(', ');
  if (place === null) return { where: [...list.where], orderBy };
  const marks = place.map(() => '?');
  const parameters = place.flatMap((value, i): Value[] => (i < place.length - 1 ? [value, value] : [value]));
  return { where: [...list.where, [beyond(list.order, down ? '<' : '>', marks), ...parameters]], orderBy };
}

/** SQL that holds for the rows of `t` on that side of a place. @param orEqual "=" to include the place itself */
function beyond({ columns }: Order, side: '<' | '>', place: readonly string[], orEqual: '' | '=' = ''): string {
  return columns.reduceRight((rest, { name }, i) => {
    const at = place[i] ?? '';
    if (rest === '') return `t.${name} ${side}${orEqual} ${at}`;
    return `(t.${name} ${side} ${at} OR (t.${name} = ${at} AND ${rest}))`;
  }, '');
}

function finished<T extends object>(
  { name, order }: List<T>,
  page: PageRequest,
  rows: readonly T[],
  total: (expression: string) => Promise<string>,
): Page<T> {
  return pageOf(rows, page, {
    cursorOf: (row) => cursorOf(name, order, row),
    totalCount: async () => Number(await total('COUNT(*)')),
    total: async (column) => BigInt(await total(`SUM(t.${column})`)),
  });
}

/** Adds up once for all owners of the page, and only when somebody asks. */
function totals<T>(
  manager: EntityManager,
  { entity, where }: List<T>,
  owners?: Owners<string>,
): (expression: string, owner: number | null) => Promise<string> {
  const known = new Map<string, Promise<Map<number | null, string>>>();
  const addUp = async (expression: string): Promise<Map<number | null, string>> => {
    const { tableName } = manager.dataSource.getMetadata(entity);
    const owner = owners === undefined ? 'NULL' : `t.${owners.column}`;
    const all: Condition[] = owners === undefined ? [...where] : [...where, [`${owner} IN (?)`, owners.ids]];
    const conditions = all.map(([sql], i) => `${i === 0 ? 'WHERE' : 'AND'} ${sql}`).join(' ');
    const rows = await manager.query<{ owner: number | null; total: string | null }[]>(
      `SELECT ${owner} AS owner, ${expression} AS total FROM ${tableName} t ${conditions} GROUP BY owner`,
      all.flatMap(([, ...parameters]) => parameters),
    );
    return new Map(rows.map(({ owner, total }) => [owner, total ?? '0']));
  };
  return async (expression, owner) => {
    const added = known.get(expression) ?? addUp(expression);
    known.set(expression, added);
    return (await added).get(owner) ?? '0';
  };
}
