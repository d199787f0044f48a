import type { EntityManager, EntityTarget } from 'typeorm';
import { checkFirst, type Page, pageOf, type PageRequest, readCursor } from './page';
import { countRows, readRows } from './rows';

interface Owned {
  id: number | string;
  userId: number;
}

interface Selection {
  /** One page for each, in this order; null: one page over all accounts. */
  userIds: readonly number[] | null;
  /** Columns and what they must hold. */
  where: Readonly<Record<string, string>>;
  page: PageRequest;
}

/**
 * Newest first by id, one page an account, in a fixed number of statements whatever the number of accounts.
 * @throws Refusal BAD_USER_INPUT
 */
export async function pagesByUser<T extends Owned>(
  manager: EntityManager,
  entity: EntityTarget<T>,
  { userIds, where, page }: Selection,
): Promise<Page<T>[]> {
  const first = checkFirst(page.first);
  const [after] = readCursor(page.after, 1) ?? [];
  const all = {
    where: [...Object.keys(where).map((column) => `${column} = ?`), ...(userIds === null ? [] : ['userId IN (?)'])],
    parameters: [...Object.values(where), ...(userIds === null ? [] : [userIds])],
  };
  const wanted = {
    where: [...all.where, ...(after === undefined ? [] : ['id < ?'])],
    parameters: [...all.parameters, ...(after === undefined ? [] : [after])],
  };
  const count = totalCounts(manager, entity, all, userIds);
  const cursorOf = (row: T): [number | string] => [row.id];

  if (userIds === null || userIds.length === 1) {
    const rows = await readRows(manager, entity, { ...wanted, orderBy: 'id DESC', limit: first + 1 });
    const [userId = null] = userIds ?? [];
    return [pageOf(rows, first, cursorOf, () => count(userId))];
  }
  // The newest few of each account: numbered within the account, the rest left out.
  const { tableName } = manager.dataSource.getMetadata(entity);
  const rows = await readRows(manager, entity, {
    where: [
      `id IN (SELECT id FROM (
         SELECT id, ROW_NUMBER() OVER (PARTITION BY userId ORDER BY id DESC) AS place
         FROM ${tableName} WHERE ${wanted.where.join(' AND ')}
       ) numbered WHERE place <= ?)`,
    ],
    parameters: [...wanted.parameters, first + 1],
    orderBy: 'id DESC',
  });
  const byUser = new Map(userIds.map((userId) => [userId, [] as T[]]));
  for (const row of rows) byUser.get(row.userId)?.push(row);
  return userIds.map((userId) => pageOf(byUser.get(userId) ?? [], first, cursorOf, () => count(userId)));
}

/** Counts once for all accounts of the page, and only when somebody asks. */
function totalCounts<T extends Owned>(
  manager: EntityManager,
  entity: EntityTarget<T>,
  all: { where: readonly string[]; parameters: readonly unknown[] },
  userIds: readonly number[] | null,
): (userId: number | null) => Promise<number> {
  let counted: Promise<Map<number | null, number>> | undefined;
  const count = async (): Promise<Map<number | null, number>> => {
    if (userIds === null) return new Map([[null, await countRows(manager, entity, all)]]);
    const { tableName } = manager.dataSource.getMetadata(entity);
    const rows = await manager.query<{ userId: number; count: string }[]>(
      `SELECT userId, COUNT(*) AS count FROM ${tableName} WHERE ${all.where.join(' AND ')} GROUP BY userId`,
      [...all.parameters],
    );
    return new Map(rows.map((row) => [row.userId, Number(row.count)]));
  };
  return async (userId) => (await (counted ??= count())).get(userId) ?? 0;
}
