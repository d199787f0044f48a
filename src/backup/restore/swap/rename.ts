import { setTimeout as pause } from 'node:timers/promises';
import { sqlErrno } from '../../../database/connection/errors';
import { BackupError, reasonOf } from '../../core/errors';
import type { Session } from '../../server/session';
import { cameThrough, openBriefWait } from './nonblocking-rename';

/** Requests wait for a swap that waits for them: so at first it only checks that nothing is in the way. */
const POLITE_MS = 10_000;
const GIVE_UP_MS = 60_000;
const PAUSE_MS = 10;

/** Whether the tables were moved, only a look tells. */
export class LostInSwap extends BackupError {}

type Move = readonly [fromSchema: string, toSchema: string, table: string];

export function moves(tables: readonly string[], from: string, to: string): Move[] {
  return tables.map((table) => [from, to, table]);
}

/**
 * Moves all these tables by one statement that the server does wholly or not at all.
 * @throws LostInSwap where nobody knows; any other error where nothing was moved
 */
export async function renameAll(session: Session, all: readonly Move[]): Promise<void> {
  if (all.length === 0) return;
  const sql = `RENAME TABLE ${all.map(() => '??.?? TO ??.??').join(', ')}`;
  const names = all.flatMap(([from, to, table]) => [from, table, to, table]);
  await patiently(session, sql, names);
}

/** Runs a statement that needs tables for itself, without holding up those who use them. */
export async function patiently(session: Session, sql: string, names: readonly string[]): Promise<void> {
  const [row] = await session.query('SELECT @@lock_wait_timeout AS seconds');
  try {
    await tryAgainAndAgain(session, sql, names);
  } finally {
    await session.query(`SET SESSION lock_wait_timeout = ${Number(row?.seconds)}`).catch(() => undefined);
  }
}

async function tryAgainAndAgain(session: Session, sql: string, names: readonly string[]): Promise<void> {
  const { query } = session;
  const brief = await openBriefWait(session);
  const begun = performance.now();
  const waited = (): number => performance.now() - begun;
  try {
    while (waited() < POLITE_MS) {
      if (await brief.run(sql, names)) return;
      await pause(PAUSE_MS);
    }
    await query('SET SESSION lock_wait_timeout = 1');
    while (waited() < GIVE_UP_MS) {
      if (await cameThrough(query(sql, names))) return;
      await pause(PAUSE_MS);
    }
  } catch (error) {
    throw failure(error);
  } finally {
    brief.close();
  }
  throw new BackupError(
    `A transaction has been using the live tables for ${GIVE_UP_MS / 1000} seconds, so they could not be replaced: ` +
      `end what holds them, then try again.`,
  );
}

function failure(error: unknown): BackupError {
  if (sqlErrno(error) !== undefined) return BackupError.from(error, 'The restored tables could not be moved');
  return new LostInSwap(
    `The connection to the database server was lost while the tables were moved, wholly or not at all: ${reasonOf(error)}.`,
    { cause: error },
  );
}
