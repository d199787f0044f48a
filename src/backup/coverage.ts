import { mayBeOfPool, type Backup } from './catalogue';
import type { Ledger, OperationMark, Query } from './ledger';

/** Which operations have a backup. Derived from the files and the live database each time; stored nowhere. */
export interface Coverage {
  /** The newest committed operation of the live database. */
  newest: OperationMark;
  /** The newest operation that a backup of today's history contains; 0 for none. */
  coveredThrough: number;
  /** How many operations no backup contains yet. */
  pending: number;
  /** The file names of the backups of today's history: those whose last operation is in the live database. */
  current: ReadonlySet<string>;
  /** The newest backup of this pool, if its last operation is not in the live database: lost, or undone. */
  ahead: Backup | null;
}

/** Compares the backups with the live database that `query` asks. List the backups first, then call this. */
export async function coverage(backups: readonly Backup[], ledger: Ledger, query: Query): Promise<Coverage> {
  const newest = await ledger.newestOperation(query);
  const marks = backups.map(({ lastOperation }) => lastOperation).filter(({ uid }) => uid !== null);
  const existing = marks.length === 0 ? new Set<string>() : await ledger.existing(query, marks);
  const pool = await ledger.pool(query).catch(() => null);
  // A backup of an empty ledger is the beginning of every history of its pool; a safety backup that tells of no
  // operation may hold a ledger that was lost.
  const isBeginning = (backup: Backup): boolean => backup.safety !== true && mayBeOfPool(backup, pool);
  const isCurrent = (backup: Backup): boolean =>
    backup.lastOperation.uid === null ? isBeginning(backup) : existing.has(backup.lastOperation.uid);
  const current = backups.filter(isCurrent);
  const coveredThrough = Math.min(
    newest.number,
    current.reduce((best, { lastOperation }) => Math.max(best, lastOperation.number), 0),
  );
  const latest = backups.find((backup) => backup.safety !== true && mayBeOfPool(backup, pool));
  return {
    newest,
    coveredThrough,
    pending: newest.number - coveredThrough,
    current: new Set(current.map(({ filename }) => filename)),
    ahead: latest === undefined || isCurrent(latest) ? null : latest,
  };
}
