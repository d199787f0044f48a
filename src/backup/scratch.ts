import { createHash, randomBytes } from 'node:crypto';
import { BackupError } from './errors';
import type { Query } from './ledger';
import { openSession, type Session } from './session';

const MAX_NAME_LENGTH = 64;
const RANDOM_DIGITS = 12;
const INFIX = '_scratch_';

/** A database of our own beside the live one, for a test restore. */
export interface ScratchDatabase {
  name: string;
  /** Asks the scratch database. */
  query: Query;
  /** The connection's address, with the scratch database for the live one. */
  address: Session['address'];
  /** Whether what is done in it is kept out of the server's binary log. */
  unlogged: boolean;
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
  const name = `${scratchPrefix(live.address.database)}${randomBytes(RANDOM_DIGITS / 2).toString('hex')}`;
  // On a connection of its own: leaving the binary log must not touch anything else.
  const session = await openSession(live.address, { signal: lost });
  try {
    const unlogged = await leaveBinaryLog(session.query);
    await createLike(session, name);
    try {
      await session.query('USE ??', [name]);
      return await work({ name, query: session.query, address: { ...live.address, database: name }, unlogged });
    } finally {
      await drop(session.query, name);
    }
  } finally {
    session.close();
  }
}

/**
 * Drops the scratch databases that killed predecessors left. Only under the lock on backups: whoever else made one
 * holds it. Returns the names.
 */
export async function dropScratchLitter({ query, address }: Session): Promise<string[]> {
  const rows = await query('SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA');
  const litter = rows.map(({ name }) => String(name)).filter((name) => isScratchOf(name, address.database));
  for (const name of litter) await drop(query, name);
  return litter;
}

/** What the names of that database's scratch databases begin with; 12 hexadecimal digits follow. */
export function scratchPrefix(database: string): string {
  const room = MAX_NAME_LENGTH - INFIX.length - RANDOM_DIGITS;
  if (database.length <= room) return `${database}${INFIX}`;
  // Cut names need a hash: two long names that begin alike must not share their scratch databases.
  const hash = createHash('sha256').update(database).digest('hex').slice(0, 8);
  return `${database.slice(0, room - 9)}_${hash}${INFIX}`;
}

export function isScratchOf(name: string, database: string): boolean {
  const prefix = scratchPrefix(database);
  // Where names of databases are kept in lower case, the server tells ours so.
  const matches = name.startsWith(prefix) || name.startsWith(prefix.toLowerCase());
  return matches && new RegExp(`^[0-9a-f]{${RANDOM_DIGITS}}$`).test(name.slice(prefix.length));
}

async function createLike({ query, address }: Session, name: string): Promise<void> {
  const [live] = await query(
    'SELECT DEFAULT_CHARACTER_SET_NAME AS charset, DEFAULT_COLLATION_NAME AS collation ' +
      'FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?',
    [address.database],
  );
  const characters = [live?.charset, live?.collation].map(String);
  if (live === undefined || characters.some((word) => !/^\w+$/.test(word))) {
    throw new BackupError(`The database ${address.database} does not exist.`);
  }
  await query(`CREATE DATABASE ?? CHARACTER SET ${characters.join(' COLLATE ')}`, [name]);
}

async function drop(query: Query, name: string): Promise<void> {
  try {
    await query('DROP DATABASE IF EXISTS ??', [name]);
  } catch (error) {
    throw BackupError.from(error, `The scratch database ${name} could not be dropped`);
  }
}

/**
 * Where the account may: a test restore would fill the binary log with a copy of the database, which followers would
 * then replay.
 */
async function leaveBinaryLog(query: Query): Promise<boolean> {
  try {
    await query('SET SESSION sql_log_bin = 0');
    return true;
  } catch {
    return false;
  }
}
