import { setTimeout as pause } from 'node:timers/promises';
import { sqlErrno } from '../../database/errors';
import { BackupError, reasonOf } from '../errors';
import type { Session } from '../session';
import { createSchemaLike } from '../own-schema';
import { cameThrough, openBriefWait } from './brief-wait';
import { tablesOf } from './tables';
import { putViews, viewsOf, type View } from './views';

/** Requests wait for a swap that waits for them: so at first it only looks whether nobody is in the way. */
const POLITE_MS = 10_000;
const GIVE_UP_MS = 60_000;
const PAUSE_MS = 10;

/** Whether the tables were moved, only a look tells. */
export class LostInSwap extends BackupError {}

/**
 * Puts the tables of `fresh` in the place of the live ones, and those into `aside`, by one statement that the server
 * does wholly or not at all: nobody ever sees some of them. What runs at that moment ends first; what comes, waits for
 * milliseconds.
 * @returns the views of `fresh`, which the live database has yet to get
 * @throws LostInSwap where nobody knows; any other error where nothing was changed
 */
export async function swapIn(session: Session, fresh: string, aside: string): Promise<View[]> {
  const { query, address } = session;
  const live = address.database;
  const views = await viewsOf(query, fresh);
  const old = await tablesOf(query, live);
  if (old.length > 0) await createSchemaLike(query, live, aside);
  // In use, so that the binary log tells by the statement's database that the live one was replaced.
  await query('USE ??', [live]);
  await renameAll(session, [...moves(old, live, aside), ...moves(await tablesOf(query, fresh), fresh, live)]);
  return views;
}

/**
 * Gives the tables of `fresh` to a new schema of that name.
 * @throws BackupError where it exists
 */
export async function moveInto(session: Session, fresh: string, name: string): Promise<void> {
  const { query } = session;
  const views = await viewsOf(query, fresh);
  const tables = await tablesOf(query, fresh);
  try {
    await createSchemaLike(query, fresh, name);
  } catch (error) {
    throw BackupError.from(error, `The database ${name} could not be made`);
  }
  try {
    await renameAll(session, moves(tables, fresh, name));
    await putViews(query, name, views);
  } catch (error) {
    await query('DROP DATABASE ??', [name]).catch(() => undefined);
    throw error;
  }
}

type Move = readonly [fromSchema: string, toSchema: string, table: string];

function moves(tables: readonly string[], from: string, to: string): Move[] {
  return tables.map((table) => [from, to, table]);
}

async function renameAll(session: Session, all: readonly Move[]): Promise<void> {
  if (all.length === 0) return;
  const [row] = await session.query('SELECT @@lock_wait_timeout AS seconds');
  try {
    await renamePatiently(session, all);
  } finally {
    await session.query(`SET SESSION lock_wait_timeout = ${Number(row?.seconds)}`).catch(() => undefined);
  }
}

async function renamePatiently(session: Session, all: readonly Move[]): Promise<void> {
  const { query } = session;
  const brief = await openBriefWait(session);
  const sql = `RENAME TABLE ${all.map(() => '??.?? TO ??.??').join(', ')}`;
  const names = all.flatMap(([from, to, table]) => [from, table, to, table]);
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
