import type { BackupLog } from '../core/log';
import type { BackupRequest } from '../run/types';
import { BackupScheduler } from '../schedule/backup-scheduler';

/** Somebody may have removed a copy, or a command made a backup. */
const LOOK_AGAIN_MS = 60 * 60_000;
/** Small copies are done by then; the others begin again at the next start. */
const GRACE_MS = 5_000;

export interface Copier {
  scheduler: BackupScheduler;
  /** Asks for a copy of whatever backup has none, in the background. */
  request(): void;
  close: () => Promise<void>;
}

/**
 * Copies the backups off-site in processes of their own, so that neither a slow nor a failing target delays a backup.
 * @param options.command the program that makes the copies, and its arguments
 * @param options.input what that program reads from its standard input
 * @param options.onOutcome told why a copy failed, or null for a success; not of one that was asked to end
 */
export function createCopier(options: {
  command: readonly string[];
  input: (request: BackupRequest) => string;
  log: BackupLog;
  onOutcome: (problem: string | null) => void;
}): Copier {
  let closing = false;
  const scheduler = new BackupScheduler({
    command: options.command,
    input: options.input,
    log: options.log,
    what: 'copy',
    onOutcome: ({ problem }) => {
      if (!closing) options.onOutcome(problem);
    },
  });
  const request = (): void => {
    scheduler.request('OPERATION');
  };
  const timer = setInterval(request, LOOK_AGAIN_MS).unref();
  return {
    scheduler,
    request,
    close: async () => {
      closing = true;
      clearInterval(timer);
      await scheduler.stopWithin(GRACE_MS);
    },
  };
}
