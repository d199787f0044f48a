import type { Query } from '../../database/connection/query';
import type { ChangeMark, Ledger, OperationMark } from '../core/ledger';
import { mayBeOfPool, type Backup } from './catalogue';
import { labelOf, newestChangeIn, newestIn, type Judged } from './proofs';

/** Which operations and changes have a backup. Derived from the files and the live database each time; stored nowhere. */
export interface Coverage {
  /** The newest committed operation of the live database. */
  newest: OperationMark;
  /** The newest operation that is stored: in a backup of today's history that is not DAMAGED; 0 for none. */
  coveredThrough: number;
  /** The newest operation that a PROVEN backup of today's history contains; 0 for none. */
  provenThrough: number;
  /** The newest operation that a judged backup of it contains, PROVEN or UNSOUND; 0 for none. */
  judgedThrough: number;
  /** How many operations no backup contains yet. */
  pending: number;
  /**
   * How many operations no file was made of, not even one that is DAMAGED. A damaged file is made up for by the proof
   * that found it, with growing pauses; were it asked for here, a disk that damages all it takes would be filled.
   */
  missed: number;
  /** The newest committed change of the live database, operations and all others alike. */
  newestChange: ChangeMark;
  /** The newest change that is stored, and the newest one that a PROVEN backup contains; 0 for none. */
  changesStoredThrough: number;
  changesProvenThrough: number;
  /** How many changes no file was made of, as `missed`. */
  missedChanges: number;
  /** The file names of the backups of today's history: those whose last operation is in the live database. */
  current: ReadonlySet<string>;
  /** The newest backup of this pool, if its last operation is not in the live database: lost, or undone. */
  ahead: Backup | null;
}

/** What log segments of a backup lead on to; null where no operation, or change, is in them. */
export interface StoredBeyond {
  /** The backup's. */
  filename: string;
  lastOperation: ChangeMark | null;
  lastChange: ChangeMark | null;
}

/**
 * Compares the backups with the live database that `query` asks. List the backups first, then call this.
 * @param backups a backup without its proof is taken for UNPROVEN
 * @param beyond what log segments hold after some of these backups
 */
export async function coverage(
  backups: readonly Judged[],
  ledger: Ledger,
  query: Query,
  beyond: readonly StoredBeyond[] = [],
): Promise<Coverage> {
  const newest = await ledger.newestOperation(query);
  const marks = [...backups.map(newestIn), ...beyond.flatMap(({ lastOperation }) => lastOperation ?? [])].filter(
    ({ uid }) => uid !== null,
  );
  const existing = marks.length === 0 ? new Set<string>() : await ledger.existing(query, marks);
  // After the newest operation: its change is among these.
  const newestChange = await ledger.newestChange(query);
  const changes = [...backups.map(newestChangeIn), ...beyond.map(({ lastChange }) => lastChange)].filter(
    (mark) => mark != null,
  );
  const existingChanges = changes.length === 0 ? new Set<string>() : await ledger.existingChanges(query, changes);
  const pool = await ledger.pool(query).catch(() => null);
  // A backup of an empty ledger is the beginning of every history of its pool; a safety backup that tells of no
  // operation may hold a ledger that was lost.
  const isBeginning = (backup: Backup): boolean => backup.safety !== true && mayBeOfPool(backup, pool);
  const isCurrent = (backup: Judged): boolean => {
    const { uid } = newestIn(backup);
    const change = newestChangeIn(backup);
    if (change != null && !existingChanges.has(change.uid)) return false;
    return uid === null ? isBeginning(backup) : existing.has(uid);
  };
  const current = backups.filter(isCurrent);
  // An end that is not in the live database counts for nothing: it is of another history, or not to be seen yet.
  const led = beyond.filter(
    ({ lastOperation, lastChange }) =>
      (lastOperation === null || existing.has(String(lastOperation.uid))) &&
      (lastChange === null || existingChanges.has(String(lastChange.uid))),
  );
  const ledFrom = (files: readonly Judged[]): StoredBeyond[] =>
    led.filter(({ filename }) => files.some((backup) => backup.filename === filename));
  const through = (files: readonly Judged[], segments: readonly StoredBeyond[] = []): number =>
    best(newest, [...files.map(newestIn), ...segments.map(({ lastOperation }) => lastOperation)]);
  const throughChanges = (files: readonly Judged[], segments: readonly StoredBeyond[] = []): number =>
    best(newestChange, [...files.map(newestChangeIn), ...segments.map(({ lastChange }) => lastChange)]);
  const good = current.filter(isGood);
  const proven = current.filter((backup) => labelOf(backup) === 'PROVEN');
  const coveredThrough = through(good, ledFrom(good));
  const latest = backups.find((backup) => backup.safety !== true && mayBeOfPool(backup, pool) && isGood(backup));
  return {
    newest,
    coveredThrough,
    provenThrough: through(proven),
    judgedThrough: through(current.filter((backup) => ['PROVEN', 'UNSOUND'].includes(labelOf(backup)))),
    pending: newest.number - coveredThrough,
    missed: newest.number - through(current, ledFrom(current)),
    newestChange,
    changesStoredThrough: throughChanges(good, ledFrom(good)),
    changesProvenThrough: throughChanges(proven),
    missedChanges: newestChange.number - throughChanges(current, ledFrom(current)),
    current: new Set(current.map(({ filename }) => filename)),
    ahead: latest === undefined || isCurrent(latest) ? null : latest,
  };
}

/** The greatest number among these, and no greater one than the newest there is. */
function best(newest: OperationMark, marks: readonly (OperationMark | null | undefined)[]): number {
  return Math.min(newest.number, Math.max(0, ...marks.map((mark) => mark?.number ?? 0)));
}

/** A DAMAGED file covers nothing. */
export function isGood(backup: Judged): boolean {
  return labelOf(backup) !== 'DAMAGED';
}
