import { findBinaryLogProgram } from '../client/client-program';
import { reasonOf } from '../core/errors';
import { readServer } from '../server/server-version';
import type { Query } from '../../database/connection/query';

/**
 * Why the server's binary log cannot be followed, and what would change that, in one sentence; null where nothing is known
 * to be in the way. Whether the account has the right to, only the try tells.
 */
export async function whyNotFollowed(query: Query): Promise<string | null> {
  const rows = await query("SHOW GLOBAL VARIABLES WHERE Variable_name IN ('log_bin', 'binlog_format')");
  const of = new Map(rows.map((row) => [String(row.Variable_name), String(row.Value)]));
  if (of.get('log_bin') !== 'ON') {
    return 'the database server keeps no binary log: set log_bin, and binlog_format=ROW';
  }
  // A server that has no such setting knows rows alone.
  const format = of.get('binlog_format') ?? 'ROW';
  if (format !== 'ROW') {
    return `the binary log of the database server does not hold rows (${format}): set binlog_format=ROW`;
  }
  const { family } = await readServer(query);
  return findBinaryLogProgram(family).then(
    () => null,
    (error: unknown) => reasonOf(error),
  );
}

/** The same where the server refused the program for the account's lack of a right. */
export function lacksReplication(user: string): string {
  return `the database account ${user} may not read the binary log: grant it REPLICATION SLAVE ON *.*`;
}
