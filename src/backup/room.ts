import { stat, statfs } from 'node:fs/promises';
import type { Backup } from './catalogue';
import { ClientFailure } from './client-run';
import { BackupError, humanSize } from './errors';
import type { Session } from './session';

/** What must be left over in any case. */
const MARGIN_BYTES = 2 ** 20;
/** A server that extends a file wants several megabytes at once. */
const FULL_BYTES = 16 * 2 ** 20;

/**
 * Refuses a backup that the disk clearly cannot take. A guess that errs on the side of trying: a disk that fills up
 * in mid-dump costs nothing but the try.
 * @param testRestore the copy that a test restore makes counts too, where the server's files lie on this machine
 * @throws BackupError
 */
export async function checkRoom(
  directory: string,
  backups: readonly Backup[],
  session: Session,
  testRestore: boolean,
): Promise<void> {
  const database = await databaseBytes(session);
  const [newest] = backups;
  const dump = newest?.database === session.address.database ? newest.sqlBytes : database.rows / 2;
  const data = testRestore ? await dataDirectory(session) : null;
  const sameDisk = data !== null && (await stat(directory)).dev === (await stat(data)).dev;
  await demand(directory, dump + (sameDisk ? database.total : 0));
  if (data !== null && !sameDisk) await demand(data, database.total);
}

/**
 * Refuses a restore that the database's disk clearly cannot take, where that is a disk of this machine.
 * @param sqlBytes the size of the file
 * @throws BackupError
 */
export async function checkRoomForCopy(session: Session, sqlBytes: number): Promise<void> {
  const data = await dataDirectory(session);
  if (data === null) return;
  const { needed, free } = await roomIn(data, sqlBytes);
  if (free >= needed) return;
  throw new BackupError(
    `The disk that holds the database (${data}) has no room for the restored one beside it: about ` +
      `${humanSize(needed)} are needed and ${humanSize(free)} are free; make room there.`,
  );
}

/** In words, what a client program failed of where the database's disk, of this machine, is as good as full. */
export async function orFullDisk(session: Session, error: unknown): Promise<unknown> {
  const full = error instanceof ClientFailure ? await fullDataFolder(session).catch(() => null) : null;
  if (full === null) return error;
  return new BackupError(`The disk that holds the database (${full}) is full: make room there.`, { cause: error });
}

async function fullDataFolder(session: Session): Promise<string | null> {
  const data = await dataDirectory(session);
  if (data === null) return null;
  const { bavail, bsize } = await statfs(data);
  return bavail * bsize < FULL_BYTES ? data : null;
}

async function demand(directory: string, bytes: number): Promise<void> {
  const { needed, free } = await roomIn(directory, bytes);
  if (free < needed) throw BackupError.notEnoughRoom(directory, needed, free);
}

async function roomIn(directory: string, bytes: number): Promise<{ needed: number; free: number }> {
  const { bavail, bsize } = await statfs(directory);
  return { needed: Math.ceil(bytes) + MARGIN_BYTES, free: bavail * bsize };
}

async function databaseBytes({ query, address }: Session): Promise<{ rows: number; total: number }> {
  const [row] = await query(
    'SELECT COALESCE(SUM(DATA_LENGTH), 0) AS dataBytes, COALESCE(SUM(INDEX_LENGTH), 0) AS indexBytes ' +
      'FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?',
    [address.database],
  );
  const rows = Number(row?.dataBytes ?? 0);
  return { rows, total: rows + Number(row?.indexBytes ?? 0) };
}

/** Where the server keeps its data, if that is a folder of this machine: it is, where we speak over a socket. */
async function dataDirectory({ query, address }: Session): Promise<string | null> {
  if (address.socketPath === undefined) return null;
  const [row] = await query('SELECT @@datadir AS folder');
  const folder = String(row?.folder);
  return stat(folder).then(
    () => folder,
    () => null,
  );
}
