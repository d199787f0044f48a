import { stat } from 'node:fs/promises';
import { freeBytes, isFull } from '../../database/host/free-space';
import type { Backup } from '../files/catalogue';
import { ClientFailure } from '../client/client-run';
import { BackupError, humanSize } from '../core/errors';
import type { Session } from './session';

/** What must be left over in any case. */
const MARGIN_BYTES = 2 ** 20;
/** Rows with their keys take about so many times the bytes of their SQL. */
const COPY_FACTOR = 2;
/** The backups may lie on the disk of the copy: while it is there, one more of them must fit. */
const NEXT_BACKUP = 1;
/** A private server before it has restored anything, its template included. */
const EMPTY_SERVER_BYTES = 96 * 2 ** 20;

/**
 * Refuses a backup that the disk clearly cannot take. A guess that errs on the side of trying: a disk that fills up
 * in mid-dump costs nothing but the try.
 * @throws BackupError
 */
export async function checkRoom(directory: string, backups: readonly Backup[], session: Session): Promise<void> {
  const [newest] = backups;
  const isKnown = newest?.database === session.address.database;
  const { needed, free } = await roomIn(directory, isKnown ? newest.sqlBytes : (await databaseBytes(session)) / 2);
  if (free < needed) throw BackupError.notEnoughRoom(directory, needed, free);
}

/**
 * Refuses a proof that the disk clearly cannot take: a full disk would stop the backups, and the live database where it
 * lies there.
 * @param folder holds the private server that the file is restored on
 * @throws BackupError
 */
export async function checkRoomForProof(folder: string, sqlBytes: number): Promise<void> {
  const { needed, free } = await roomIn(folder, (COPY_FACTOR + NEXT_BACKUP) * sqlBytes + EMPTY_SERVER_BYTES);
  if (free >= needed) return;
  throw new BackupError(
    `The disk that holds ${folder} has no room for a proof: about ${humanSize(needed)} are needed and ` +
      `${humanSize(free)} are free; free some space there, or set BACKUP_PROVE_URL.`,
  );
}

/**
 * Refuses a restore that the database's disk clearly cannot take, where that is a disk of this machine.
 * @param sqlBytes the size of the file
 * @throws BackupError
 */
export async function checkRoomForCopy(session: Session, sqlBytes: number): Promise<void> {
  const data = await dataDirectory(session);
  if (data === null) return;
  const { needed, free } = await roomIn(data, (1 + NEXT_BACKUP) * sqlBytes);
  if (free >= needed) return;
  throw new BackupError(
    `The disk that holds the database (${data}) has no room for the restored one beside it: about ` +
      `${humanSize(needed)} are needed and ${humanSize(free)} are free; free some space there.`,
  );
}

/** ENOSPC, EDQUOT, and what InnoDB makes of either when it makes a table (HA_ERR_RECORD_FILE_FULL). */
const DISK_FULL = /\berrno: ?(28|122|135)\b|\bERROR 1114\b|No space left on device/;

/** Whether a database server says that nothing more fits on its disk. */
export function tellsOfFullDisk(error: unknown): boolean {
  return DISK_FULL.test(String(error));
}

/**
 * Turns a client's failure into "the disk is full" where the database's disk is on this machine, and the server says so
 * or hardly anything is free: a server that waits for room says nothing.
 */
export async function orFullDisk(session: Session, error: unknown): Promise<unknown> {
  const full = error instanceof ClientFailure ? await fullDataFolder(session, error).catch(() => null) : null;
  if (full === null) return error;
  return new BackupError(`The disk that holds the database (${full}) is full: free some space there.`, {
    cause: error,
  });
}

async function fullDataFolder(session: Session, failure: ClientFailure): Promise<string | null> {
  const data = await dataDirectory(session);
  return data !== null && (tellsOfFullDisk(failure) || (await isFull(data))) ? data : null;
}

async function roomIn(directory: string, bytes: number): Promise<{ needed: number; free: number }> {
  return { needed: Math.ceil(bytes) + MARGIN_BYTES, free: await freeBytes(directory) };
}

/** Of the rows, without keys. */
async function databaseBytes({ query, address }: Session): Promise<number> {
  const [row] = await query(
    'SELECT COALESCE(SUM(DATA_LENGTH), 0) AS bytes FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?',
    [address.database],
  );
  return Number(row?.bytes ?? 0);
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
