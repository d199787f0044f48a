import type { DatabaseAddress } from '../database/address';
import { BackupRun } from './backup-run';
import type { Backup } from './catalogue';
import { BackupError, BackupStopped } from './errors';
import type { Ledger } from './ledger';
import { BackupLock } from './lock';
import { BackupLog } from './log';
import type { BackupTrigger } from './manifest';
import { openSession } from './session';
import type { BackupSettings } from './settings';
import { prepareFolders } from './work-files';

export interface BackupDependencies {
  settings: BackupSettings;
  address: DatabaseAddress;
  ledger: Ledger;
  /** Ends the backup cleanly: nothing is published, nothing left behind. */
  signal?: AbortSignal;
  /** Nobody waits for it: a long dump rests now and then, so that requests need not. */
  gentle?: boolean;
  /** A dump or test restore that moves no byte for this long is ended. */
  stallMs?: number;
  now?: () => Date;
  /** Told, and waited for, at each step. */
  onStep?: (step: BackupStep) => void | Promise<void>;
}

export type BackupStep = 'locked' | 'dumping' | 'dumped' | 'verified' | 'synced' | 'named' | 'published' | 'rotated';

export interface BackupRequest {
  trigger: BackupTrigger;
  /** Makes one backup even where every operation has one. */
  force: boolean;
  /** Makes one backup at most; otherwise it goes on until every operation is covered, or others should have the lock. */
  once?: boolean;
}

export interface BackupOutcome {
  /** In the order of their making; empty where every operation had a backup already. */
  published: Backup[];
  /** The names of the files that rotation removed. */
  rotated: string[];
  /** What went wrong without costing a backup, in sentences. */
  warnings: string[];
  /** How many operations had no backup when its turn was over: ask again. */
  pending: number;
}

/**
 * Makes backups until every operation is covered, or its turn is over, one at a time across all processes and machines that share the
 * database, and writes each step, the failure included, to the backup log.
 * @throws BackupError with one sentence that says what failed and why
 */
export async function runBackup(dependencies: BackupDependencies, request: BackupRequest): Promise<BackupOutcome> {
  const log = new BackupLog(dependencies.settings.logFile, dependencies.now);
  try {
    return await underLock(dependencies, log, (run) => run.untilCovered(request));
  } catch (error) {
    if (error instanceof BackupStopped) log.warn(error.message);
    else log.error(BackupError.from(error, 'The backup failed').message);
    throw BackupError.from(error, 'The backup failed');
  }
}

async function underLock(
  dependencies: BackupDependencies,
  log: BackupLog,
  work: (run: BackupRun) => Promise<BackupOutcome>,
): Promise<BackupOutcome> {
  const { settings, address, signal } = dependencies;
  await prepareFolders(settings);
  const lock = await BackupLock.acquire(address, {
    ...(signal === undefined ? {} : { signal }),
    onWait: () => {
      log.info('Another backup of this database runs: waiting for its end.');
    },
  });
  try {
    // The server that gave the lock, where several are named.
    const session = await openSession(lock.address, { signal: lock.lost });
    try {
      await dependencies.onStep?.('locked');
      const run = new BackupRun(dependencies, log, lock, session);
      await run.clearLitter();
      return await work(run);
    } catch (error) {
      // Whatever else failed then, failed for this.
      throw lock.lost.aborted ? lock.lost.reason : error;
    } finally {
      session.close();
    }
  } finally {
    await lock.release();
  }
}
