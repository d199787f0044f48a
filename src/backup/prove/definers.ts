import type { Session } from '../server/session';

/** A user and its host. */
export type Account = readonly [user: string, host: string];

/**
 * The accounts in whose names the definitions of the live database run. MySQL makes no view that calls a function, and no
 * more than that, where their account does not exist (1449). On a new machine the account of the pool is made first, and
 * so it is here.
 */
export async function definersOf({
  query,
  address: { database },
}: Pick<Session, 'query' | 'address'>): Promise<Account[]> {
  const definers = (table: string, schema: string): string =>
    `SELECT DEFINER AS definer FROM information_schema.${table} WHERE ${schema} = ?`;
  const rows = await query(
    [
      definers('VIEWS', 'TABLE_SCHEMA'),
      definers('ROUTINES', 'ROUTINE_SCHEMA'),
      definers('TRIGGERS', 'TRIGGER_SCHEMA'),
      definers('EVENTS', 'EVENT_SCHEMA'),
    ].join(' UNION '),
    [database, database, database, database],
  );
  return rows.map(({ definer }) => {
    const name = String(definer);
    const at = name.lastIndexOf('@');
    return [name.slice(0, at), name.slice(at + 1)];
  });
}
