import type { Backup } from './catalogue';
import { BackupError } from '../core/errors';
import type { ProofState } from './proofs';

export interface Rotation<T extends Rotated> {
  /** The complete backups of the pool, the newest first. Nothing else in the directory is counted, or touched. */
  backups: readonly T[];
  /** The file names of those of today's history. */
  current: ReadonlySet<string>;
  /** How many to keep; 1 or more. */
  keep: number;
  /** Whether each is proven in the end: else what is UNPROVEN stays so, and nothing is kept until it is judged. */
  proves?: boolean;
}

type Rotated = Pick<Backup, 'filename' | 'safety'> & {
  proof?: { state: Exclude<ProofState, 'UNPROVEN'> } | null;
};

/**
 * What stays whatever the other rules say, and by which rule: of those that are not DAMAGED the `keep` newest, the newest
 * PROVEN one, the newest of today's history and the newest that is both; and the newest of what a restore replaced, which
 * may be all that is left of it. While proofs lag behind, which is more than the newest file alone, the `keep` newest that
 * were judged good stay too: what is UNPROVEN may turn out DAMAGED. A DAMAGED file is never counted as one of these: it
 * takes no other file's place, and goes once `keep` newer ones are good, or more than `keep` are DAMAGED.
 * @throws BackupError where `keep` is no whole number from 1 on
 */
export function keepNewest<T extends Rotated>({
  backups,
  current,
  keep,
  proves = false,
}: Rotation<T>): Map<T, string[]> {
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
  const kept = new Map<T, string[]>();
  const mark = (rule: string, files: readonly (T | undefined)[]): void => {
    for (const file of files) if (file !== undefined) kept.set(file, [...(kept.get(file) ?? []), rule]);
  };
  mark(keep === 1 ? 'the newest' : `newest ${keep}`, good.slice(0, keep));
  mark('judged good, while proofs lag behind', areBehind ? judged.slice(0, keep) : []);
  mark('newest PROVEN', [good.find(isProven)]);
  mark("newest of today's history", [good.find(isCurrent)]);
  mark("newest PROVEN of today's history", [good.find((backup) => isProven(backup) && isCurrent(backup))]);
  mark('newest of what a restore replaced', [good.find(({ safety }) => safety === true)]);
  mark(`DAMAGED, until ${keep} newer ones are good`, unreplaced.filter(isDamaged).slice(0, keep));
  return kept;
}

/** What may go where there is no other rule. @throws BackupError as `keepNewest` */
export function expendable<T extends Rotated>(rotation: Rotation<T>): T[] {
  const kept = keepNewest(rotation);
  return rotation.backups.filter((backup) => !kept.has(backup));
}
