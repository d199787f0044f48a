import { BackupRun } from './backup-run';
import { BackupError, BackupStopped, reasonOf } from '../core/errors';
import { BackupLock } from '../server/backup-lock';
import { BackupLog } from '../core/log';
import { keepLastTry } from './last-try';
import { openSession } from '../server/session';
import type { BackupDependencies, BackupOutcome, BackupRequest } from './types';
import { prepareFolders } from '../files/staging';

/**
 * Makes backups until every operation is covered, or its turn is over, one at a time across all processes and machines that share the
 * database, and writes each step, the failure included, to the backup log.
 * @throws BackupError with one sentence that says what failed and why
 */
export async function runBackup(dependencies: BackupDependencies, request: BackupRequest): Promise<BackupOutcome> {
  const log = new BackupLog(dependencies.settings.logFile, dependencies.now);
  try {
    const outcome = await underLock(dependencies, log, (run) => run.untilCovered(request));
    await keepLastTry(dependencies.settings, log, null);
    return outcome;
  } catch (error) {
    const failure = BackupError.from(error, 'The backup failed');
    if (failure instanceof BackupStopped) {
      log.warn(failure.message);
    } else {
      log.error(failure.message);
      await keepLastTry(dependencies.settings, log, failure.message);
    }
    throw failure;
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
  let run: BackupRun | null = null;
  try {
    // The server that gave the lock, where several are named.
    const session = await openSession(lock.address, { signal: lock.lost });
    try {
      await dependencies.onStep?.('locked');
      run = new BackupRun(dependencies, log, lock, session);
      await run.clearLitter(dependencies.settleInterrupted);
      return await work(run);
    } catch (error) {
      // Whatever else failed then, failed for this.
      throw lock.lost.aborted ? lostLock(lock.lost.reason as BackupError, run) : error;
    } finally {
      session.close();
    }
  } finally {
    await lock.release();
  }
}

function lostLock(reason: BackupError, run: BackupRun | null): BackupError {
  const published = run?.outcome.published.map(({ filename }) => filename) ?? [];
  const what = published.length === 0 ? 'nothing was published' : `nothing was published after ${published.join(', ')}`;
  return new BackupError(`The lock on backups was lost in mid-backup (${reasonOf(reason.cause)}): ${what}.`, {
    cause: reason,
  });
}
