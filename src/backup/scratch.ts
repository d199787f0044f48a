import { BackupError } from './errors';
import type { Query } from './ledger';
import { createSchemaLike, findOwnSchemas, ownSchemaName, stayOnThisServer } from './own-schema';
import { openSession, type Session } from './session';

/** A database of our own beside the live one, for a test restore. */
export interface ScratchDatabase {
  name: string;
  /** Asks the scratch database. */
  query: Query;
  /** The connection's address, with the scratch database for the live one. */
  address: Session['address'];
  /** What a session must say so that what it does in it stays on this server; null where it cannot. */
  initCommand: string | null;
}

/**
 * Makes a scratch database for the time of `work` and drops it, whatever happens. Only under the lock on backups, as
 * long as `lost` is not aborted.
 * @throws what the server says where it may not be made; BackupError where it cannot be dropped
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
      await drop(session.query, name);
    }
  } finally {
    session.close();
  }
}

/**
 * Drops the databases that killed predecessors left and that nobody misses: scratch databases, and those of a restore
 * that never became live. Only under the lock on backups: whoever else made one holds it. Returns the names.
 */
export async function dropScratchLitter({ query, address }: Session): Promise<string[]> {
  const litter = await findOwnSchemas(query, address.database, ['scratch', 'restore']);
  for (const name of litter) await drop(query, name);
  return litter;
}

async function drop(query: Query, name: string): Promise<void> {
  try {
    await query('DROP DATABASE IF EXISTS ??', [name]);
  } catch (error) {
    throw BackupError.from(error, `The scratch database ${name} could not be dropped`);
  }
}
