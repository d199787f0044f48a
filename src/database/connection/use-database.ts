import { type Connection, escapeId } from 'mysql2/promise';
import { ER_BAD_DB, ER_DB_ACCESS_DENIED, sqlErrno } from './errors';

/**
 * Uses that database, made first where it does not exist. For one that exists nothing is written: not even to the binary
 * log, in which `db:restore` looks for what changed between two operations.
 * @throws the driver's error, ER_BAD_DB_ERROR where the account may not make it
 */
export async function useDatabase(connection: Connection, name: string): Promise<void> {
  // A dot belongs to the name; it does not separate a database from a table.
  const quoted = escapeId(name, true);
  const use = `USE ${quoted}`;
  try {
    await connection.query(use);
  } catch (error) {
    if (sqlErrno(error) !== ER_BAD_DB) throw error;
    await connection
      .query(`CREATE DATABASE IF NOT EXISTS ${quoted} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`)
      .catch((reason: unknown) => {
        if (sqlErrno(reason) !== ER_DB_ACCESS_DENIED) throw reason;
      });
    await connection.query(use);
  }
}
