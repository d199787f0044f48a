import type { Backup } from './catalogue';
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
}

/** Compares the backups with the live database that `query` asks. List the backups first, then call this. */
export async function coverage(backups: readonly Backup[], ledger: Ledger, query: Query): Promise<Coverage> {
  const newest = await ledger.newestOperation(query);
  const marks = backups.map(({ lastOperation }) => lastOperation).filter(({ uid }) => uid !== null);
  const existing = marks.length === 0 ? new Set<string>() : await ledger.existing(query, marks);
  // A backup of an empty ledger is the beginning of every history.
  const current = backups.filter(({ lastOperation: { uid } }) => uid === null || existing.has(uid));
  const coveredThrough = Math.min(
    newest.number,
    current.reduce((best, { lastOperation }) => Math.max(best, lastOperation.number), 0),
  );
  return {
    newest,
    coveredThrough,
    pending: newest.number - coveredThrough,
    current: new Set(current.map(({ filename }) => filename)),
  };
}
