import path from 'node:path';
import { isFileLocked, withFileLock } from '../../database/host/file-lock';
import { BackupError, BackupStopped, reasonOf } from '../core/errors';
import { BackupLog } from '../core/log';
import type { BackupSettings } from '../core/settings';
import { prepareFolders } from '../files/staging';
import type { CopyDependencies, CopyOutcome } from './context';
import { CopyRun } from './copy-run';
import { openStore } from './open-store';
import { withStallTimeout, type StallTimer } from './stall-timeout';
import { describeTarget } from './settings';

/** A slow line may take minutes for one part of an upload. */
const STALL_MS = 15 * 60_000;
const BEAT_MS = 1_000;

/** How every message about copies that failed begins. */
const COPYING = 'Copying ';

/**
 * Copies every backup that lacks a copy, one process of this storage folder at a time, and writes what it does, the
 * failure included, to the backup log. It compares the folder with the target each time, so a crash leaves nothing to
 * repair. Needs no database. Does nothing if no target is set.
 * @throws BackupError with one sentence that says what failed and why
 */
export async function copyBackups(dependencies: CopyDependencies): Promise<CopyOutcome> {
  const { settings, copy, signal, stallMs = STALL_MS, now } = dependencies;
  const { target } = copy;
  if (target === null) return { copied: [], rotated: [], warnings: [] };
  const log = new BackupLog(settings.logFile, now);
  const where = describeTarget(target);
  try {
    await prepareFolders(settings);
    return await withStallTimeout(
      (timer) =>
        underLock(settings, timer, async () => {
          await dependencies.onStep?.('locked');
          const store = await openStore(target, copy, timer.signal);
          try {
            return await new CopyRun(dependencies, log, store, where, timer).untilCopied();
          } finally {
            store.close();
          }
        }),
      { stallMs, signal },
    );
  } catch (error) {
    if (signal?.aborted === true) {
      const stopped = new CopyStopped(where);
      log.warn(stopped.message);
      throw stopped;
    }
    const failure = new BackupError(`${COPYING}the backups to ${where} failed: ${reasonOf(error)}.`, { cause: error });
    log.error(failure.message);
    throw failure;
  }
}

/** Somebody asked the copying to end. */
class CopyStopped extends BackupStopped {
  constructor(where: string) {
    super();
    this.message = `${COPYING}the backups to ${where} was stopped; the next start makes up for it.`;
  }
}

/** Waiting for another process of ours does not count as a stall. */
async function underLock<T>(
  settings: BackupSettings,
  { moved, ended }: StallTimer,
  work: () => Promise<T>,
): Promise<T> {
  const waiting = setInterval(moved, BEAT_MS);
  try {
    return await withFileLock(lockFile(settings), () => {
      clearInterval(waiting);
      // Work that hangs must not hold the lock.
      return Promise.race([work(), ended]);
    });
  } finally {
    clearInterval(waiting);
  }
}

/** True while a process copies the backups of that storage folder. */
export function isCopyRunning(settings: BackupSettings): Promise<boolean> {
  return isFileLocked(lockFile(settings)).catch(() => false);
}

/** The kernel gives it back when its holder dies, however it dies. */
function lockFile({ workDirectory }: BackupSettings): string {
  return path.join(workDirectory, 'copy.lock');
}
