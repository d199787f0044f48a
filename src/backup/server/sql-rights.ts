import { sqlErrno } from '../../database/connection/errors';
import { ClientFailure } from '../client/client-run';

/** Access to the database, its tables or routines denied; a privilege missing; SUPER missing under a binary log. */
const RIGHTS = new Set([1044, 1045, 1142, 1143, 1227, 1370, 1419]);

/** Whether a statement failed because the account lacks a right, not because the data or the statement is wrong. */
export function lacksRight(error: unknown): boolean {
  if (error instanceof ClientFailure) return error.sqlErrors.some((number) => RIGHTS.has(number));
  const errno = sqlErrno(error);
  return errno !== undefined && RIGHTS.has(errno);
}
