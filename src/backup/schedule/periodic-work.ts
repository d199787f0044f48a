import type { BackupLog } from '../core/log';
import type { BackupRequest } from '../run/types';
import { BackupScheduler } from './backup-scheduler';

const LOOK_MS = 10 * 60_000;

interface PeriodicWorkOptions {
  /** The work, as a sentence names it: "check of the kept backups". */
  what: string;
  /** The program that does what is due, and its arguments. */
  command: readonly string[];
  /** What that program reads from its standard input. */
  input: (request: BackupRequest) => string;
  log: BackupLog;
  /** It is done once in this time, in ms. */
  everyMs: number;
  isDue: (now: Date) => Promise<boolean>;
  /** Whether to look at the start, and not only some time after it. */
  looksAtStart: boolean;
  /** It does not begin while a backup runs here. */
  isBackupRunning: () => boolean;
  /** Told after each run, whatever came of it. */
  onDone?: () => void;
}

/** Has work done that is due now and then, in a process of its own at low priority. */
export class PeriodicWork {
  private readonly scheduler: BackupScheduler;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: PeriodicWorkOptions) {
    const { what, command, input, log, everyMs, onDone, looksAtStart } = options;
    this.scheduler = new BackupScheduler({
      command,
      input,
      log,
      what,
      ...(onDone === undefined ? {} : { onOutcome: onDone }),
    });
    this.timer = setInterval(() => void this.look(), Math.min(LOOK_MS, everyMs / 10)).unref();
    if (looksAtStart) void this.look();
  }

  /** Ends work that runs: it begins again at the next start. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.scheduler.stopWithin(0);
  }

  private async look(): Promise<void> {
    const { isDue, isBackupRunning } = this.options;
    if (isBackupRunning() || this.scheduler.running) return;
    // A folder that cannot be read is told by the backups.
    if (await isDue(new Date()).catch(() => false)) this.scheduler.request('OPERATION');
  }
}
