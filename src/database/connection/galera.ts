import { sqlErrno } from './errors';

/*
 * What every session says to a server that may be a node of a Galera cluster. Other servers take it as well: MySQL and
 * MariaDB without clusters do not know the variable, and have nothing to roll back.
 */

/** A node answers a read, and begins a transaction, only once it has what the others committed before. */
export const SEE_WHAT_OTHERS_COMMITTED = 'SET SESSION wsrep_sync_wait = 1';

/** A node that lost the majority, or has not caught up yet, takes settings as if nothing were wrong, but refuses this. */
export const ASK_WHETHER_READY = 'ROLLBACK';

const ER_UNKNOWN_SYSTEM_VARIABLE = 1193;

/** Whether that statement's failure only tells that the server is no node of a cluster. */
export function isNoCluster(statement: string, error: unknown): boolean {
  return statement === SEE_WHAT_OTHERS_COMMITTED && sqlErrno(error) === ER_UNKNOWN_SYSTEM_VARIABLE;
}

/** Whether the server that `query` asks is a node of a Galera cluster, whose GET_LOCK no other node knows. */
export async function isCluster(query: (sql: string) => Promise<Record<string, unknown>[]>): Promise<boolean> {
  const [row] = await query("SHOW GLOBAL VARIABLES LIKE 'wsrep_on'");
  return row?.Value === 'ON';
}
