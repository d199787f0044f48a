import type { Query } from '../../database/connection/query';
import { poolMark, type Ledger } from '../core/ledger';
import { isOfPool, type Backup } from '../files/catalogue';
import { coverage, isGood } from '../files/coverage';
import { listLabelled, newestChangeIn, newestIn, type Judged } from '../files/proofs';
import { reasonOf } from '../core/errors';
import type { BackupSettings } from '../core/settings';
import { isCopyRunning } from './copy';
import { readCatalogue } from './read-catalogue';
import { describeTarget, type CopySettings } from './settings';

/** The state of the copies, read from the target. */
export interface CopyStatus {
  /** The target: a folder, or "s3://bucket/prefix". */
  to: string;
  /** The copy of the pool with the newest operation, as `db:restore` takes it. null where there is none, or nothing can be seen. */
  newest: string | null;
  /** How many copies lie there. */
  count: number;
  /** How many of the local backups have one. */
  copied: number;
  /** Copies are being made now. */
  running: boolean;
  /** What is wrong, in one sentence; null if nothing is. */
  problem: string | null;
}

interface OffsiteRequest {
  settings: BackupSettings;
  copy: CopySettings;
  ledger: Ledger;
  /** Asks the live database. */
  query: Query;
  /** Its name. */
  database: string;
}

/**
 * Whether a good backup of today's history of that pool holds everything up to that operation and that change, and is
 * off-site; always where no copies are kept, or where there is nothing to hold and no backup yet.
 * @throws BackupError where the target cannot be looked at
 */
export async function isOffsite(
  { settings, copy, ledger, query, database }: OffsiteRequest,
  { lastOperation, lastChange }: { lastOperation: number; lastChange: number },
): Promise<boolean> {
  if (copy.target === null) return true;
  const pool = { database, ...(await poolMark(ledger, query)) };
  const ours = (await listLabelled(settings)).filter((backup) => isOfPool(backup, pool));
  if (ours.length === 0) return lastOperation === 0 && lastChange === 0;
  const { current } = await coverage(ours, ledger, query);
  const holding = ours.filter(
    (backup) =>
      current.has(backup.filename) &&
      isGood(backup) &&
      backup.safety !== true &&
      newestIn(backup).number >= lastOperation &&
      (newestChangeIn(backup)?.number ?? 0) >= lastChange,
  );
  const remote = await readCatalogue(copy.target, copy, { stallMs: STALL_MS });
  return holding.some((backup) => remote.find(backup) !== null);
}

const STALL_MS = 20_000;

/**
 * @param backups the local ones, newest first
 * @param pool the one that is asked about; by default that of the newest backup
 * @returns null where no copies are kept
 */
export async function copyStatus(
  settings: BackupSettings,
  copy: CopySettings,
  backups: readonly Judged[],
  pool: Pick<Backup, 'pool' | 'database'> | undefined = backups[0],
): Promise<CopyStatus | null> {
  const { target } = copy;
  if (target === null) return null;
  const to = describeTarget(target);
  const running = await isCopyRunning(settings);
  try {
    const remote = await readCatalogue(target, copy, { stallMs: STALL_MS });
    const ours = backups.filter((backup) => pool !== undefined && isOfPool(backup, pool));
    // What is DAMAGED gets none.
    const newest = ours.find(isGood);
    const isLacking = newest !== undefined && remote.find(newest) === null;
    const fullest = remote.fullest(ours[0], backups);
    return {
      to,
      newest: fullest === null ? null : `${to}/${fullest.name}`,
      count: remote.copies.length,
      copied: backups.filter((backup) => remote.find(backup) !== null).length,
      running,
      problem: isLacking && !running ? `${newest.filename}, the newest backup, has no copy in ${to} yet.` : null,
    };
  } catch (error) {
    const problem = `The copies in ${to} cannot be seen: ${reasonOf(error)}.`;
    return { to, newest: null, count: 0, copied: 0, running, problem };
  }
}
