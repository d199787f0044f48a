import { unlink } from 'node:fs/promises';
import type { Backup } from './catalogue';
import { BackupError } from '../core/errors';
import { syncDirectory } from './fsync';

/**
 * Deletes these backups, the oldest first. Only after a success, and only under the lock on backups. A file that cannot be
 * deleted does not hold up the others.
 * @param doomed newest first
 */
export async function removeBackups<T extends Pick<Backup, 'filename' | 'path'>>(
  directory: string,
  doomed: readonly T[],
): Promise<{ removed: T[]; failures: BackupError[] }> {
  const removed: T[] = [];
  const failures: BackupError[] = [];
  for (const backup of [...doomed].reverse()) {
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
