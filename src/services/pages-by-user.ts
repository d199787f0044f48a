import type { EntityManager, EntityTarget, SelectQueryBuilder } from 'typeorm';
import { checkFirst, type Page, pageOf, type PageRequest, readCursor } from './page';

interface Owned {
  id: number | string;
  userId: number;
}

interface Selection {
  /** One page for each, in this order; null: one page over all accounts. */
  userIds: readonly number[] | null;
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
  const select = (): SelectQueryBuilder<T> => {
    const query = manager.createQueryBuilder(entity, 'row');
    for (const [column, value] of Object.entries(where))
      query.andWhere(`row.${column} = :${column}`, { [column]: value });
    if (userIds !== null) query.andWhere('row.userId IN (:...userIds)', { userIds });
    return query;
  };

  const query = select().orderBy('row.id', 'DESC');
  if (after !== undefined) query.andWhere('row.id < :after', { after });
  if (userIds === null || userIds.length === 1) {
    query.limit(first + 1);
  } else {
    // The newest few of each account: numbered within the account, the rest left out.
    const numbered = query.clone().select('row.id', 'id');
    numbered.addSelect('ROW_NUMBER() OVER (PARTITION BY row.userId ORDER BY row.id DESC)', 'place').orderBy();
    query
      .andWhere(`row.id IN (SELECT n.id FROM (${numbered.getQuery()}) n WHERE n.place <= :most)`)
      .setParameters({ ...numbered.getParameters(), most: first + 1 });
  }
  const rows = await query.getMany();

  const count = totalCounts(select, userIds);
  const cursorOf = (row: T): [number | string] => [row.id];
  if (userIds === null) return [pageOf(rows, first, cursorOf, () => count(null))];
  const byUser = new Map(userIds.map((userId) => [userId, [] as T[]]));
  for (const row of rows) byUser.get(row.userId)?.push(row);
  return userIds.map((userId) => pageOf(byUser.get(userId) ?? [], first, cursorOf, () => count(userId)));
}

/** Counts once for all accounts of the page, and only when somebody asks. */
function totalCounts<T extends Owned>(
  select: () => SelectQueryBuilder<T>,
  userIds: readonly number[] | null,
): (userId: number | null) => Promise<number> {
  let counted: Promise<Map<number | null, number>> | undefined;
  const count = async (): Promise<Map<number | null, number>> => {
    if (userIds === null) return new Map([[null, await select().getCount()]]);
    const rows = await select()
      .select('row.userId', 'userId')
      .addSelect('COUNT(*)', 'count')
      .groupBy('row.userId')
      .getRawMany<{ userId: number; count: string }>();
    return new Map(rows.map((row) => [row.userId, Number(row.count)]));
  };
  return async (userId) => (await (counted ??= count())).get(userId) ?? 0;
}
