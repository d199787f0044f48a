import type { DatabaseAddress } from '../../database/connection/address';
import { STALL_MS } from '../client/client-run';
import { BackupError, BackupStopped } from '../core/errors';
import type { Ledger } from '../core/ledger';
import { BackupLog } from '../core/log';
import type { BackupSettings } from '../core/settings';
import { prepareFolders, workTag } from '../files/staging';
import { BackupLock } from '../server/backup-lock';
import { openSession } from '../server/session';
import { judgeBackups, prune } from './judge-backups';

interface PruneDependencies {
  settings: BackupSettings;
  address: DatabaseAddress;
  ledger: Ledger;
  signal?: AbortSignal;
  now?: () => Date;
}

interface Pruned {
  /** Newest first. */
  files: { filename: string; keptBy: string[]; because: string | null }[];
  /** The names of what is gone, or would go. */
  removed: string[];
  /** What could not be removed, in sentences. */
  warnings: string[];
}

/**
 * Applies the retention rules now, while no backup runs; `dryRun` decides and deletes nothing.
 * @throws BackupError with one sentence that says what failed and why
 */
export async function runPrune(dependencies: PruneDependencies, { dryRun }: { dryRun: boolean }): Promise<Pruned> {
  const { settings, address, ledger, signal, now = () => new Date() } = dependencies;
  const log = new BackupLog(settings.logFile, now);
  await prepareFolders(settings);
  const lock = await BackupLock.acquire(address, signal === undefined ? {} : { signal });
  const session = await openSession(lock.address, { signal: lock.lost });
  try {
    const stop = signal === undefined ? lock.lost : AbortSignal.any([lock.lost, signal]);
    const { workDirectory } = settings;
    const tag = workTag(address.database);
    const client = { session, workDirectory, tag, stallMs: STALL_MS, signal: stop };
    const verdicts = await judgeBackups({ ...client, settings, ledger, log, now });
    const files = verdicts.map(({ file: { filename }, keptBy, because }) => ({ filename, keptBy, because }));
    if (signal?.aborted === true) throw new BackupStopped('Pruning');
    if (dryRun) {
      const removed = files.filter(({ keptBy }) => keptBy.length === 0).map(({ filename }) => filename);
      return { files, removed, warnings: [] };
    }
    await lock.assertHeld();
    const { removed, failures } = await prune(settings, verdicts);
    if (removed.length > 0) log.info(`Pruned by the rules: removed ${removed.join(', ')}.`);
    return { files, removed, warnings: failures.map(({ message }) => message) };
  } catch (error) {
    if (signal?.aborted === true) throw new BackupStopped('Pruning');
    throw BackupError.from(error, 'The backups could not be pruned');
  } finally {
    session.close();
    await lock.release();
  }
}
