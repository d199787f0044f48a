import { unlink } from 'node:fs/promises';
import type { Backup } from './catalogue';
import { BackupError } from '../core/errors';
import { syncDirectory } from './fsync';
import type { Judged, ProofState } from './proofs';

interface Rotation<T extends Rotated> {
  /** The complete backups of the pool, the newest first. Nothing else in the directory is counted, or touched. */
  backups: readonly T[];
  /** The file names of those of today's history. */
  current: ReadonlySet<string>;
  /** How many to keep; 1 or more. */
  keep: number;
  /** Whether each is proven in the end: else what is UNPROVEN stays so, and nothing is kept until it is judged. */
  proves?: boolean;
}

type Rotated = Pick<Backup, 'filename' | 'safety'> & { proof?: { state: Exclude<ProofState, 'UNPROVEN'> } | null };

/**
 * What may go: of those that are not DAMAGED all beyond the `keep` newest, but neither the newest PROVEN one, nor the
 * newest of today's history, nor the newest that is both; nor the newest of what a restore replaced, which may be all
 * that is left of it. While proofs lag behind, which is more than the newest file alone, nor the `keep` newest that were
 * judged good: what is UNPROVEN may turn out DAMAGED. A DAMAGED file is never counted as one of these: it takes no other file's place, and goes once
 * `keep` newer ones are good, or more than `keep` are DAMAGED.
 */
export function expendable<T extends Rotated>({ backups, current, keep, proves = false }: Rotation<T>): T[] {
  if (!Number.isInteger(keep) || keep < 1)
    throw new BackupError(`The number of backups to keep must be 1 or more, not ${keep}.`);
  const isProven = (backup: T): boolean => backup.proof?.state === 'PROVEN';
  const isCurrent = (backup: T): boolean => current.has(backup.filename);
  const isDamaged = (backup: T): boolean => backup.proof?.state === 'DAMAGED';
  const isJudged = ({ proof }: T): boolean => proof !== null && proof !== undefined;
  const good = backups.filter((backup) => !isDamaged(backup));
  const judged = good.filter(isJudged);
  const areBehind = proves && good.length > 1 && !good.slice(0, 2).some(isJudged);
  const last = good[keep - 1];
  const unreplaced = last === undefined ? backups : backups.slice(0, backups.indexOf(last));
  const precious = new Set([
    ...good.slice(0, keep),
    ...(areBehind ? judged.slice(0, keep) : []),
    good.find(isProven),
    good.find(isCurrent),
    good.find((backup) => isProven(backup) && isCurrent(backup)),
    good.find(({ safety }) => safety === true),
    ...unreplaced.filter(isDamaged).slice(0, keep),
  ]);
  return backups.filter((backup) => !precious.has(backup));
}

/**
 * Deletes what may go, the oldest first. Only after a success, and only under the lock on backups. A file that cannot be
 * deleted does not hold up the others.
 */
export async function rotate(
  directory: string,
  rotation: Rotation<Judged>,
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
