import type { RetentionRules } from '../core/settings';
import type { Candidate } from './candidate';
import { keepNewest } from './keep-newest';
import { keepPeriods } from './keep-periods';
import { keepReach } from './keep-reach';

interface RetentionRequest<T extends Candidate> {
  /** The complete backups of the pool, the newest first. Nothing else is counted. */
  files: readonly T[];
  /** The file names of those of today's history. */
  current: ReadonlySet<string>;
  /** How many of the newest to keep; 1 or more. */
  keep: number;
  rules: RetentionRules;
  /** Whether each backup is proven in the end. */
  proves: boolean;
  now: Date;
  /** On the disk of the backups. */
  freeBytes: number;
}

export interface Verdict<T extends Candidate> {
  file: T;
  /** The rules that keep it, in words; none: it may go. */
  keptBy: string[];
  /** Why no rule keeps it, in words; null where one does. */
  because: string | null;
}

/**
 * Decides of each backup by which rules it stays, or why it may go: from these files, rules and this moment alone. What is
 * left of a decision is decided in the same way again. A clock that jumps takes away nothing that is promised: what is
 * counted is counted by files and periods that there are, and of what is bounded by time, each two backups in a row count
 * as a part of it at most, for which there is spare time.
 * @throws BackupError where `keep` is no whole number from 1 on
 */
export function judgeRetention<T extends Candidate>(request: RetentionRequest<T>): Verdict<T>[] {
  const { files, current, keep, rules, proves, now, freeBytes } = request;
  const ofToday = files.filter(
    ({ filename, proof, safety }) => current.has(filename) && proof?.state !== 'DAMAGED' && safety !== true,
  );
  const newest = keepNewest({ backups: files, current, keep, proves });
  const reach = keepReach(ofToday, { reachMs: rules.reachMs, now, proves, freeBytes });
  const periods = keepPeriods(ofToday, rules, { now, proves });
  return files.map((file) => {
    const reached = reach.kept.get(file);
    const keptBy = [
      ...(newest.get(file) ?? []),
      ...(reached === undefined ? [] : [reached]),
      ...(periods.get(file) ?? []),
    ];
    return { file, keptBy, because: keptBy.length > 0 ? null : whyNot(file, current, reach.others) };
  });
}

function whyNot<T extends Candidate>(file: T, current: ReadonlySet<string>, others: ReadonlyMap<T, string>): string {
  if (file.proof?.state === 'DAMAGED') return 'it is DAMAGED, and enough good ones are newer';
  if (!current.has(file.filename)) return 'it is of an abandoned history';
  return others.get(file) ?? 'no rule keeps it';
}
