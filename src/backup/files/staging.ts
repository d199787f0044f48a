import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readdir, stat, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { BackupError, reasonOf } from '../core/errors';
import { ownerOf } from './file-owner';
import { syncDirectory } from './fsync';
import type { BackupSettings } from '../core/settings';

/** Marks the work files of one database's backups: its lock guards these and no others. */
export function workTag(database: string): string {
  return createHash('sha256').update(database).digest('hex').slice(0, 12);
}

/**
 * Makes the folders and sees to it that a file can be published from one to the other.
 * @throws BackupError
 */
export async function prepareFolders({ directory, workDirectory }: BackupSettings): Promise<void> {
  for (const folder of [directory, workDirectory]) {
    try {
      const made = await mkdir(folder, { recursive: true, mode: 0o700 });
      if (made !== undefined) await syncParents(made, folder);
      // A mounted folder may belong to somebody else and still be ours to write in.
      if (((await stat(folder)).mode & 0o777) !== 0o700) await chmod(folder, 0o700).catch(() => undefined);
      await refuseForeign(folder);
    } catch (error) {
      throw BackupError.from(error, `The folder ${folder} cannot be made or used`);
    }
  }
  const [target, work] = await Promise.all([stat(directory), stat(workDirectory)]);
  if (target.dev !== work.dev) throw BackupError.differentFileSystems(directory, workDirectory);
}

/**
 * The folder's owner could neither read nor prune files that root creates. A mount may give its owner to every file: so
 * one file is tried.
 */
async function refuseForeign(folder: string): Promise<void> {
  const { uid } = await stat(folder);
  if (process.geteuid?.() !== 0 || uid === 0) return;
  const trial = path.join(folder, `.owner-${randomBytes(6).toString('hex')}`);
  const handle = await open(trial, 'wx', 0o600);
  const made = await handle.stat();
  await handle.close();
  await unlink(trial);
  if (made.uid === uid) return;
  const owner = await ownerOf(folder);
  throw new BackupError(
    `The folder ${folder} belongs to ${owner}, who could not read what root puts there: run this as sudo -u ${owner}.`,
  );
}

/** A backup in a folder that a power cut takes away is lost as well. */
async function syncParents(firstMade: string, lastMade: string): Promise<void> {
  for (let folder = lastMade; folder.length >= firstMade.length; folder = path.dirname(folder)) {
    await syncDirectory(path.dirname(folder));
  }
}

export interface WorkFile {
  path: string;
  handle: FileHandle;
}

/** Opens a new file that only its owner can read. */
export async function createWorkFile(workDirectory: string, tag: string): Promise<WorkFile> {
  const file = path.join(workDirectory, `${tag}-${randomBytes(6).toString('hex')}.sql`);
  try {
    return { path: file, handle: await open(file, 'wx+', 0o600) };
  } catch (error) {
    throw BackupError.from(error, `The folder ${workDirectory} takes no file`);
  }
}

/** Closes and removes it, whatever became of it; never throws, as the next run clears what is left. */
export async function discardWorkFile(file: WorkFile): Promise<void> {
  await file.handle.close().catch(() => undefined);
  await unlink(file.path).catch(() => undefined);
}

/**
 * Removes what killed predecessors left in the work folder. Only under the lock. Never throws: what cannot be removed
 * is told and left.
 * @returns the names of what was removed
 */
export async function clearWorkFiles(
  workDirectory: string,
  tag: string,
  onLeft: (sentence: string) => void,
): Promise<string[]> {
  const ours = new RegExp(`^${tag}-[0-9a-f]{12}\\.(sql|cnf)$`);
  const cleared: string[] = [];
  const names = await readdir(workDirectory).catch((error: unknown) => {
    onLeft(`Unfinished files in ${workDirectory} could not be looked for: ${reasonOf(error)}.`);
    return [];
  });
  for (const name of names.filter((file) => ours.test(file))) {
    try {
      await unlink(path.join(workDirectory, name));
      cleared.push(name);
    } catch (error) {
      onLeft(`The unfinished file ${name} in ${workDirectory} cannot be removed, and stays: ${reasonOf(error)}.`);
    }
  }
  return cleared;
}
