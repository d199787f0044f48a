import path from 'node:path';
import { isFileLocked, withFileLock } from '../../database/file-lock';
import { BackupError, BackupStopped, reasonOf } from '../errors';
import { BackupLog } from '../log';
import type { BackupSettings } from '../settings';
import { prepareFolders } from '../work-files';
import type { CopyDependencies, CopyOutcome } from './context';
import { CopyRun } from './copy-run';
import { openStore } from './open-store';
import { withPulse, type Pulse } from './pulse';
import { describeTarget } from './settings';

/** A slow line may well take minutes for one part of an upload. */
const STALL_MS = 15 * 60_000;
const BEAT_MS = 1_000;

/** How every message about copies that failed begins. */
const COPYING = 'Copying ';

/**
 * Copies every backup that lacks a copy, one process of this storage folder at a time, and writes what it does, the
 * failure included, to the backup log. What is missing is found by looking at the target: nothing that a crash could
 * leave unsaid. Needs no database. Does nothing where no copies are kept.
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
    return await withPulse(
      (pulse) =>
        underLock(settings, pulse, async () => {
          await dependencies.onStep?.('locked');
          const store = await openStore(target, copy, pulse.signal);
          try {
            return await new CopyRun(dependencies, log, store, where, pulse).untilCopied();
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
export class CopyStopped extends BackupStopped {
  constructor(where: string) {
    super();
    this.message = `${COPYING}the backups to ${where} was stopped; the next start makes up for it.`;
  }
}

/** However long another process of ours copies, its work is no stall of ours. */
async function underLock<T>(settings: BackupSettings, { beat, ended }: Pulse, work: () => Promise<T>): Promise<T> {
  const waiting = setInterval(beat, BEAT_MS);
  try {
    return await withFileLock(lockFile(settings), () => {
      clearInterval(waiting);
      // Work that does not come back must not hold the lock.
      return Promise.race([work(), ended]);
    });
  } finally {
    clearInterval(waiting);
  }
}

/** Whether some process copies the backups of that storage folder now. */
export function isCopyRunning(settings: BackupSettings): Promise<boolean> {
  return isFileLocked(lockFile(settings)).catch(() => false);
}

/** The kernel gives it back when its holder dies, however it dies. */
function lockFile({ workDirectory }: BackupSettings): string {
  return path.join(workDirectory, 'copy.lock');
}
