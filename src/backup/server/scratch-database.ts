import { reasonOf } from '../core/errors';
import type { Query } from '../../database/connection/query';
import { createSchemaLike, findOwnSchemas, ownSchemaName, stayOnThisServer } from './auxiliary-schema';
import { openSession, type Session } from './session';

/** A database of our own beside the live one, for a test restore. */
interface ScratchDatabase {
  name: string;
  /** Asks the scratch database. */
  query: Query;
  /** The connection's address, with the scratch database for the live one. */
  address: Session['address'];
  /** What a session must say so that what it does in it stays on this server; null where it cannot. */
  initCommand: string | null;
}

/**
 * Makes a scratch database for the time of `work` and drops it, whatever happens. Only under the lock on proofs, as
 * long as `lost` is not aborted.
 * @throws what the server says where it may not be made
 */
export async function withScratchDatabase<Result>(
  live: Session,
  lost: AbortSignal,
  work: (scratch: ScratchDatabase) => Promise<Result>,
): Promise<Result> {
  const name = ownSchemaName(live.address.database, 'scratch');
  // On a connection of its own: leaving the binary log must not touch anything else.
  const session = await openSession(live.address, { signal: lost });
  try {
    const initCommand = await stayOnThisServer(session.query);
    await createSchemaLike(session.query, live.address.database, name);
    try {
      await session.query('USE ??', [name]);
      return await work({ name, query: session.query, address: { ...live.address, database: name }, initCommand });
    } finally {
      // What stays, the next run drops or tells.
      await session.query('DROP DATABASE IF EXISTS ??', [name]).catch(() => undefined);
    }
  } finally {
    session.close();
  }
}

/**
 * Drops the scratch databases that killed proofs left. Call it only under the lock on proofs. Never throws: a database that
 * cannot be dropped is told and left.
 * @returns the names of those that were dropped
 */
export function dropScratchOrphans(session: Session, onLeft: (sentence: string) => void): Promise<string[]> {
  return dropOrphans(session, 'scratch', onLeft);
}

/**
 * Drops the databases of killed restores that never became live. Call it only under the lock on backups. Never throws: a
 * database that cannot be dropped is told and left.
 * @returns the names of those that were dropped
 */
export function dropRestoreOrphans(session: Session, onLeft: (sentence: string) => void): Promise<string[]> {
  return dropOrphans(session, 'restore', onLeft);
}

async function dropOrphans(
  { query, address }: Session,
  kind: 'scratch' | 'restore',
  onLeft: (sentence: string) => void,
): Promise<string[]> {
  const dropped: string[] = [];
  for (const name of await findOwnSchemas(query, address.database, [kind])) {
    try {
      await query('DROP DATABASE IF EXISTS ??', [name]);
      dropped.push(name);
    } catch (error) {
      onLeft(`The database ${name}, which nobody needs, could not be dropped and stays: ${reasonOf(error)}.`);
    }
  }
  return dropped;
}
