import { unlink } from 'node:fs/promises';
import type { Backup } from './catalogue';
import { BackupError } from './errors';
import { syncDirectory } from './sync-directory';

export interface Rotation<T extends Rotated = Backup> {
  /** The complete backups of the pool, the newest first. Nothing else in the directory is counted, or touched. */
  backups: readonly T[];
  /** The file names of those of today's history. */
  current: ReadonlySet<string>;
  /** How many to keep; 1 or more. */
  keep: number;
}

type Rotated = Pick<Backup, 'filename' | 'verifiedAt' | 'safety'>;

/**
 * What may go: all beyond the `keep` newest, but neither the newest that was verified, nor the newest of today's
 * history, nor the newest that is both; nor the newest of what a restore replaced, which may be all that is left of it.
 */
export function expendable<T extends Rotated>({ backups, current, keep }: Rotation<T>): T[] {
  if (!Number.isInteger(keep) || keep < 1)
    throw new BackupError(`The number of backups to keep must be 1 or more, not ${keep}.`);
  const isVerified = (backup: T): boolean => backup.verifiedAt !== null;
  const isCurrent = (backup: T): boolean => current.has(backup.filename);
  const precious = new Set([
    ...backups.slice(0, keep),
    backups.find(isVerified),
    backups.find(isCurrent),
    backups.find((backup) => isVerified(backup) && isCurrent(backup)),
    backups.find(({ safety }) => safety === true),
  ]);
  return backups.filter((backup) => !precious.has(backup));
}

/**
 * Deletes what may go, the oldest first. Only after a success, and only under the lock on backups. A file that cannot be
 * deleted does not hold up the others.
 */
export async function rotate(
  directory: string,
  rotation: Rotation,
): Promise<{ removed: Backup[]; failures: BackupError[] }> {
  const doomed = expendable(rotation).reverse();
  const removed: Backup[] = [];
  const failures: BackupError[] = [];
  for (const backup of doomed) {
    try {
      await unlink(backup.path);
      removed.push(backup);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      failures.push(BackupError.from(error, `The old backup ${backup.filename} could not be removed`));
    }
  }
  if (removed.length > 0) await syncDirectory(directory);
  return { removed, failures };
}
