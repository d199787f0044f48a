import { constants } from 'node:fs';
import { open, readdir, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../../database/connection/errors';
import { BackupError } from '../core/errors';
import { timeOfFilename } from './filename';
import { MAX_MANIFEST_BYTES, parseManifest, type Manifest } from './manifest';

/** A complete backup: a file that bears a backup's name and whose last lines say that nothing of it is missing. */
export interface Backup extends Manifest {
  filename: string;
  path: string;
  sizeBytes: number;
}

/** The dump programs' own last line; "on" and a date follow. */
const COMPLETION_LINE = /^-- Dump completed(?: on .*)?$/;

/** The completion line and the manifest; a dump's last lines are far shorter than the rest. */
const TAIL_BYTES = MAX_MANIFEST_BYTES + 512;

/**
 * The complete backups in that folder, newest first. Judged by each file's tail alone, whatever the files' size;
 * `inspectFile` reads them whole.
 * @throws BackupError where the folder exists and cannot be read
 */
export async function listBackups(directory: string): Promise<Backup[]> {
  const names = await backupNames(directory);
  const backups: Backup[] = [];
  for (const name of names.sort().reverse()) {
    const backup = await readBackup(path.join(directory, name));
    if (backup !== null) backups.push(backup);
  }
  return backups;
}

/**
 * Whether a backup is of the pool that a manifest made now would name. Before a pool had a mark, the name of its database
 * told it.
 */
export function isOfPool(backup: Pick<Backup, 'pool' | 'database'>, ours: Pick<Backup, 'pool' | 'database'>): boolean {
  return backup.pool === undefined || ours.pool === undefined
    ? backup.database === ours.database
    : backup.pool === ours.pool;
}

/** Whether the file may be of that pool: it is not where both tell and differ. */
export function mayBeOfPool({ pool }: Pick<Backup, 'pool'>, of: string | null): boolean {
  return pool === undefined || of === null || pool === of;
}

/** Changes whenever a file comes to that folder, or leaves it. */
export async function stateOfFolder(directory: string): Promise<string> {
  try {
    return String((await stat(directory, { bigint: true })).mtimeNs);
  } catch (error) {
    return codeOf(error);
  }
}

/** The files that bear a backup's name, complete or not, in no order. */
export async function backupNames(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => timeOfFilename(name) !== null);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw BackupError.from(error, `The backups in ${directory} cannot be listed`);
  }
}

/** What the file says of itself, by its tail; null where it is no complete backup. */
export async function readBackup(file: string): Promise<Backup | null> {
  let handle: FileHandle;
  try {
    // No link is followed: a backup is a file of its own. NONBLOCK: a pipe of that name must not hold us up.
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  try {
    return await readTail(handle, file);
  } catch {
    return null;
  } finally {
    await handle.close();
  }
}

async function readTail(handle: FileHandle, file: string): Promise<Backup | null> {
  const stat = await handle.stat();
  if (!stat.isFile()) return null;
  const buffer = Buffer.alloc(Math.min(TAIL_BYTES, stat.size));
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, stat.size - buffer.length);
  if (bytesRead < buffer.length || buffer.at(-1) !== 0x0a) return null;
  const lineStart = buffer.lastIndexOf(0x0a, -2) + 1;
  const manifest = parseManifest(buffer.subarray(lineStart, -1).toString('utf8'));
  if (manifest === null) return null;
  const manifestBytes = buffer.length - lineStart;
  if (manifest.sqlBytes + manifestBytes !== stat.size) return null;
  if (!endsComplete(buffer.subarray(0, lineStart))) return null;
  return { filename: path.basename(file), path: file, sizeBytes: stat.size, ...manifest };
}

/** Whether that end of a dump holds the dump program's word that it is complete, and ends its last line. */
export function endsComplete(tail: Buffer): boolean {
  const text = tail.toString('utf8');
  return text.endsWith('\n') && COMPLETION_LINE.test(text.trimEnd().split('\n').at(-1) ?? '');
}
