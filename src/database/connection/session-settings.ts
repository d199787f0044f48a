import { ASK_WHETHER_READY, SEE_WHAT_OTHERS_COMMITTED } from './galera';

/** How long a session may wait. */
interface SessionWaits {
  /** A statement that waits for a lock gives up after this long. */
  lockWaitSeconds: number;
  /** The server ends a session that says nothing for this long. */
  idleSeconds: number;
}

/**
 * What every session sets for itself, ours and those of the client programs that can, as one SET statement without its
 * SET. (MariaDB's dump program takes none, and sets most of it by itself.) A
 * server hands its own values to each session, and each of these did damage: an `init_connect` with another character
 * set stores wrong bytes; `autocommit=0` blocks others and loses what was loaded; a limit on the time of statements ends
 * dumps; a limit on the rows of a SELECT, or on what is concatenated, cuts them without a word; another time zone shifts times; without a strict SQL
 * mode values are cut. In comments stands what one family alone knows.
 */
const OWN_VALUES =
  'NAMES utf8mb4 COLLATE utf8mb4_unicode_ci, SESSION autocommit = 1, SESSION sql_select_limit = 18446744073709551615, ' +
  "SESSION time_zone = '+00:00', SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE," +
  "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', SESSION group_concat_max_len = 1073741824 " +
  '/*M!100101 , SESSION max_statement_time = 0 */ /*!50708 , SESSION max_execution_time = 0 */';

/**
 * What every session of ours says first (operations are serial by the pool's lock, not by snapshots). No indexes are
 * intersected: a page of payments by kind and status read and sorted most of the payments there are.
 * @returns statements, in order; `isNoCluster` tells which failure of theirs is none
 */
export const sessionSettings = ({ lockWaitSeconds, idleSeconds }: SessionWaits): readonly string[] => [
  `SET ${OWN_VALUES}, SESSION innodb_lock_wait_timeout = ${lockWaitSeconds},
     SESSION lock_wait_timeout = ${lockWaitSeconds}, SESSION wait_timeout = ${idleSeconds},
     SESSION optimizer_switch = 'index_merge_intersection=off'`,
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  SEE_WHAT_OTHERS_COMMITTED,
  ASK_WHETHER_READY,
];

/**
 * What every client program says first: these take one statement alone.
 * @param more another SET statement, which only this run needs
 */
export function clientSettings(more?: string): string {
  return `SET ${OWN_VALUES}${more === undefined ? '' : `, ${more.replace(/^SET /, '')}`}`;
}

/** The largest packet that the protocol allows, in bytes: a client program ends at the first row that is longer. */
export const LARGEST_PACKET = 2 ** 30;
