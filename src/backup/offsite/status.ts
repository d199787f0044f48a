import { isOfPool, listBackups, type Backup } from '../files/catalogue';
import { isGood } from '../files/coverage';
import type { Judged } from '../files/proofs';
import { reasonOf } from '../core/errors';
import type { BackupSettings } from '../core/settings';
import { isCopyRunning } from './copy';
import { openStore } from './open-store';
import { withStallTimeout } from './stall-timeout';
import { describeTarget, type CopySettings, type CopyTarget } from './settings';
import { RemoteCatalogue } from './remote-catalogue';

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

/**
 * Whether that backup, or a later one, is off-site; always where no copies are kept.
 * @throws BackupError where the target cannot be looked at
 */
export async function isOffsite(settings: BackupSettings, copy: CopySettings, filename: string): Promise<boolean> {
  if (copy.target === null) return true;
  const backups = await listBackups(settings.directory);
  const remote = await readCatalogue(copy.target, copy);
  return backups.some((backup) => backup.filename >= filename && remote.find(backup) !== null);
}

function readCatalogue(target: CopyTarget, copy: CopySettings): Promise<RemoteCatalogue> {
  return withStallTimeout(
    async ({ signal }) => {
      const store = await openStore(target, copy, signal);
      try {
        return new RemoteCatalogue(await store.list());
      } finally {
        store.close();
      }
    },
    { stallMs: STALL_MS },
  );
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
    const remote = await readCatalogue(target, copy);
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
