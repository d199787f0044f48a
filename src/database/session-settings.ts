import { ASK_WHETHER_READY, SEE_WHAT_OTHERS_COMMITTED } from './cluster';

/** How long a session may wait. */
export interface SessionWaits {
  /** A statement that waits for a lock gives up after this long. */
  lockWaitSeconds: number;
  /** The server ends a session that says nothing for this long. */
  idleSeconds: number;
}

/**
 * What every session relies on, whatever the server's own settings: times in UTC, errors instead of cut values, and
 * reads that see what has been committed (operations are serial by the pool's lock, not by snapshots).
 * @returns statements, in order; `isNoCluster` tells which failure of theirs is none
 */
export const sessionSettings = ({ lockWaitSeconds, idleSeconds }: SessionWaits): readonly string[] => [
  `SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
     innodb_lock_wait_timeout = ${lockWaitSeconds}, lock_wait_timeout = ${lockWaitSeconds}, wait_timeout = ${idleSeconds}`,
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  SEE_WHAT_OTHERS_COMMITTED,
  ASK_WHETHER_READY,
];
