import { setTimeout as pause } from 'node:timers/promises';

// MySQL and MariaDB error numbers of a transaction that lost a race, was rolled back whole and may simply run again.
const CONFLICTS = new Set([
  1020, // ER_CHECKREAD: the row changed since it was read (MariaDB 11 with innodb_snapshot_isolation)
  1205, // ER_LOCK_WAIT_TIMEOUT
  1213, // ER_LOCK_DEADLOCK, also a certification conflict on Galera
  1047, // ER_UNKNOWN_COM_ERROR: a Galera node that is not ready
]);

const LOST_BY_NUMBER = new Set([
  1053, // ER_SERVER_SHUTDOWN
  1317, // ER_QUERY_INTERRUPTED: KILL QUERY
  1927, // ER_CONNECTION_KILLED
]);

const LOST_BY_CODE = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT', // the unix socket of a server that is being started again
  'ER_CONNECTION_KILLED',
  'ER_SERVER_SHUTDOWN',
]);

interface DriverError {
  errno?: number;
  code?: string;
  fatal?: boolean;
}

/** TypeORM wraps the driver's error. */
function driverError(error: unknown): DriverError {
  const wrapped = error as { driverError?: DriverError } & DriverError;
  return wrapped.driverError ?? wrapped;
}

/** The connection has gone, and with it, sooner or later, its open transaction. */
export function isConnectionLost(error: unknown): boolean {
  const { errno, code, fatal } = driverError(error);
  return (
    fatal === true ||
    (errno !== undefined && LOST_BY_NUMBER.has(errno)) ||
    (code !== undefined && LOST_BY_CODE.has(code)) ||
    (error instanceof Error && /closed state|Connection lost|connection is closed/i.test(error.message))
  );
}

/** The work may be tried again: it lost a race or its connection, and changed nothing. */
export function isTransient(error: unknown): boolean {
  const { errno } = driverError(error);
  return (errno !== undefined && CONFLICTS.has(errno)) || isConnectionLost(error);
}

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 1_000;

/** Doubles with each attempt, with full jitter so that those who collided do not meet again. */
export async function pauseBeforeRetry(attempt: number): Promise<void> {
  const bound = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  await pause(bound * (0.5 + Math.random() / 2));
}

/** A unique index refused a second row. @returns the index's name, or null for any other error */
export function duplicateKey(error: unknown): string | null {
  const { errno } = driverError(error);
  if (errno !== 1062) return null;
  return /for key '(?:[^'.]*\.)?([^']+)'/.exec((error as Error).message)?.[1] ?? '';
}
