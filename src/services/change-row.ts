import { userInfo } from 'node:os';
import { GIVEN_COLUMNS, linkOf, stateOf, type SubjectKind } from './ledger-check/links';

/** What columns hold, in characters. */
const MAX_NAME = 200;

/** JSON, once written. Never a password, a token or a key. */
export type Values = Readonly<Record<string, string | number | boolean | null>>;

/** What was changed. */
export interface Changed {
  subject: SubjectKind;
  /** Null for the backups, which are no row. */
  id: string | number | null;
  /** What was corrected, as it was before and as it is now. */
  before?: Values;
  after?: Values;
}

/** A row of the journal of changes, without what the database computes. */
export interface ChangeRow {
  number: number;
  uid: string;
  /** The mutation, or the command, such as "user:create". */
  kind: string;
  /** Its number; null where it is none. */
  operation: number | null;
  /** Null where no account did it. */
  actorId: number | null;
  actorName: string;
  changed: Changed;
  requestId: string | null;
  address: string | null;
  at: Date;
  /** SHA-256 of what the operation booked, null where it is none. */
  booked: string | null;
}

/** How the journal names a person who runs a command at the server itself. */
export function commandActor(): string {
  return `${userName()} at the command line`;
}

/** In a container, a user need not have a name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'without a name'}`;
  }
}

/**
 * The statement that writes a row of the journal with its link of the chain. It writes nothing where the row before is
 * missing.
 */
export function insertOf(row: ChangeRow): { sql: string; parameters: unknown[] } {
  const { number, uid, kind, operation, actorId, actorName, changed, requestId, address, at, booked } = row;
  const { subject, id, before, after } = changed;
  const details = before === undefined && after === undefined ? null : JSON.stringify({ before, after });
  const { state, ofRow } = stateSql(subject, id);
  const name = actorName.slice(0, MAX_NAME);
  return {
    sql: `INSERT INTO changes (${GIVEN_COLUMNS.join(', ')}, state, booked, hash)
     SELECT c.*, ${linkOf('c', 'b.hash')} FROM (
       SELECT ${GIVEN_COLUMNS.map((column) => `? AS ${column}`).join(', ')},
              ${state} AS state, ? AS booked) c
     JOIN changes b ON b.number = c.number - 1`,
    parameters: [
      ...[number, uid, kind, operation, actorId, name],
      ...[subject, id === null ? null : String(id), requestId, address, at, details],
      ...[...ofRow, booked],
    ],
  };
}

function stateSql(subject: SubjectKind, id: Changed['id']): { state: string; ofRow: unknown[] } {
  if (subject === 'backups') return { state: 'CAST(NULL AS CHAR(64))', ofRow: [] };
  const { table, sql } = stateOf(subject, 'r');
  return { state: `(SELECT ${sql} FROM ${table} r WHERE r.id = ?)`, ofRow: [id] };
}
