import { setTimeout as sleep } from 'node:timers/promises';
import { sqlErrno } from '../database/connection/errors';
import { Refusal } from './errors';
import { CommitUnanswered } from './transaction';

/** Error numbers of MySQL and MariaDB after which nothing has happened and the same may simply be tried again. */
const TRANSIENT = new Set([
  1020, // ER_CHECKREAD: the row changed since it was read (MariaDB 11 with innodb_snapshot_isolation)
  1205, // ER_LOCK_WAIT_TIMEOUT
  1213, // ER_LOCK_DEADLOCK, also a certification conflict on Galera
  3101, // ER_TRANSACTION_ROLLBACK_DURING_COMMIT: a conflict of MySQL's group replication
  1180, // ER_ERROR_DURING_COMMIT: a cluster's node left it in the middle
  1047, // ER_UNKNOWN_COM_ERROR: a Galera node that is not ready
  1290, // ER_OPTION_PREVENTS_STATEMENT: read-only, as a former primary is after a failover
  1792, // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
  1836, // ER_READ_ONLY_MODE
  1040, // ER_CON_COUNT_ERROR: too many connections
  1203, // ER_TOO_MANY_USER_CONNECTIONS
  1226, // ER_USER_LIMIT_REACHED
  1053, // ER_SERVER_SHUTDOWN
  1317, // ER_QUERY_INTERRUPTED: KILL QUERY
  1105, // ER_UNKNOWN_ERROR: what MySQL says of an UPDATE of several tables that was interrupted
  1969, // ER_STATEMENT_TIMEOUT (MariaDB)
  3024, // ER_QUERY_TIMEOUT (MySQL)
  1927, // ER_CONNECTION_KILLED
  4031, // ER_CLIENT_INTERACTION_TIMEOUT: the server ended an idle session
  1152, // ER_ABORTING_CONNECTION
  1158, // ER_NET_READ_ERROR
  1159, // ER_NET_READ_INTERRUPTED
  1160, // ER_NET_ERROR_ON_WRITE
  1161, // ER_NET_WRITE_INTERRUPTED
]);

/** Whether it lost a race, its connection or its server, so that trying again makes sense. */
export function isTransient(error: unknown): boolean {
  const errno = sqlErrno(error);
  if (errno !== undefined) return TRANSIENT.has(errno);
  // The driver's mark of a connection that is of no more use; TypeORM wraps the driver's error.
  const { driverError, fatal } = (error ?? {}) as { driverError?: { fatal?: unknown }; fatal?: unknown };
  return (driverError?.fatal ?? fatal) === true;
}

/** A unique index refused a second row. @returns the index's name, or null for any other error */
export function duplicateKey(error: unknown): string | null {
  if (sqlErrno(error) !== 1062) return null;
  return /for key '(?:[^'.]*\.)?([^']+)'/.exec((error as Error).message)?.[1] ?? '';
}

/** No further try is begun after this long. */
export const RETRY_FOR_MS = 30_000;

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 1_000;

let retries = 0;

/** How often this process has tried something again. */
export function retriesSoFar(): number {
  return retries;
}

interface RetryOptions {
  retryForMs?: number;
  /** What the caller is told in the end. */
  giveUp?: (lastError: unknown) => Refusal;
}

/**
 * Tries until it succeeds or fails for good, with pauses that double and are half random, so that those who collided
 * do not meet again.
 * @throws what `giveUp` makes of the last error when the time is up: by default Refusal SERVICE_UNAVAILABLE
 */
export async function tryAgain<T>(
  attempt: () => Promise<T>,
  { retryForMs = RETRY_FOR_MS, giveUp = unavailable }: RetryOptions = {},
): Promise<T> {
  const deadline = Date.now() + retryForMs;
  for (let bound = FIRST_PAUSE_MS; ; bound = Math.min(LONGEST_PAUSE_MS, 2 * bound)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isTransient(error)) throw error;
      const pause = bound * (0.5 + Math.random() / 2);
      if (Date.now() + pause > deadline) throw giveUp(error);
      retries += 1;
      await sleep(pause);
    }
  }
}

/**
 * The same for a change that may be made again whatever became of an earlier try. Where no COMMIT was sent, nothing has
 * happened.
 * @throws Refusal SERVICE_UNAVAILABLE, or OUTCOME_UNKNOWN where a COMMIT was sent and not answered
 */
export async function tryChangeAgain<T>(attempt: () => Promise<T>, retryForMs = RETRY_FOR_MS): Promise<T> {
  let isSent = false;
  const watched = (): Promise<T> =>
    attempt().catch((error: unknown) => {
      isSent ||= error instanceof CommitUnanswered;
      throw error;
    });
  const giveUp = (lastError: unknown): Refusal => (isSent ? outcomeUnknown : unavailable)(lastError);
  try {
    return await tryAgain(watched, { retryForMs, giveUp });
  } catch (error) {
    throw error instanceof CommitUnanswered ? outcomeUnknown(error) : error;
  }
}

function unavailable(lastError: unknown): Refusal {
  return new Refusal(
    'SERVICE_UNAVAILABLE',
    'The database has been busy or away for too long: nothing was changed, and you may try again later.',
    {},
    lastError,
  );
}

/** Where a try may have taken effect without an answer. */
function outcomeUnknown(lastError: unknown): Refusal {
  return new Refusal(
    'OUTCOME_UNKNOWN',
    'The database has been busy or away: the request may have taken effect. Send it again with the same idempotencyKey, or look first.',
    {},
    lastError,
  );
}

/**
 * The refusal that stands for an error where the database was busy or away during a request that changes nothing and is
 * not tried again; any other error as it is.
 */
export function orUnavailable(error: unknown): unknown {
  if (!isTransient(error)) return error;
  return new Refusal(
    'SERVICE_UNAVAILABLE',
    'The database has been busy or away: nothing was changed, and you may try again later.',
    {},
    error,
  );
}

/** The same for a request that changes something: it may have done so. */
export function orOutcomeUnknown(error: unknown): unknown {
  return isTransient(error) ? outcomeUnknown(error) : error;
}
