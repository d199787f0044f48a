import type { Query } from '../database/connection/query';

/** Reads one moment of the database, whatever is committed meanwhile: else a busy pool would seem to break its rules. */
export async function inOneMoment<Result>(query: Query, read: (query: Query) => Promise<Result>): Promise<Result> {
  await query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
  await query('START TRANSACTION WITH CONSISTENT SNAPSHOT');
  try {
    return await read(query);
  } finally {
    await query('ROLLBACK').catch(() => undefined);
  }
}
