import type { BackupLog } from '../core/log';
import type { BackupSettings } from '../core/settings';
import type { BackupRequest } from '../run/types';
import { readFollowState } from '../segments/follow-state';
import { BackupScheduler } from './backup-scheduler';

export interface LogFollower {
  /** Has the log followed from now on; where the process dies, another is started. */
  begin: () => void;
  /** Calls it where what was committed just now is not stored from the log, and so needs a backup of its own. */
  storesOr: (request: () => void) => void;
  close: () => Promise<void>;
}

/**
 * Has the server's binary log followed by a process of its own for as long as the server runs.
 * @param options.command the program that follows it, and its arguments
 * @param options.input what that program reads from its standard input
 */
export function createLogFollower(options: {
  command: readonly string[];
  input: (request: BackupRequest) => string;
  log: BackupLog;
  settings: BackupSettings;
}): LogFollower {
  let closing = false;
  const { command, input, log, settings } = options;
  const begin = (): void => {
    if (!closing) scheduler.request('OPERATION');
  };
  const scheduler: BackupScheduler = new BackupScheduler({
    command,
    input,
    log,
    what: 'following of the binary log',
    // One that failed is started again after a pause by itself.
    onOutcome: ({ problem }) => {
      if (problem === null) begin();
    },
  });
  const stores = async (): Promise<boolean> => {
    if (!settings.logAlone || closing || !scheduler.running) return false;
    const told = await readFollowState(settings);
    return told?.state === 'following' && told.problem === null;
  };
  return {
    begin,
    storesOr: (request) => {
      void stores().then((isStored) => {
        if (!isStored) request();
      }, request);
    },
    close: async () => {
      closing = true;
      // Asked to end, it stores first what was committed until then.
      await scheduler.stopWithin(0);
    },
  };
}
