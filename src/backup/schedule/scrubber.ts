import type { BackupLog } from '../core/log';
import type { BackupSettings } from '../core/settings';
import type { BackupRequest } from '../run/types';
import { BackupScheduler } from './backup-scheduler';
import { isScrubDue } from './scrub';

const LOOK_MS = 10 * 60_000;

interface ScrubberOptions {
  /** The program that checks the files that are due, and its arguments. */
  command: readonly string[];
  /** What that program reads from its standard input. */
  input: (request: BackupRequest) => string;
  settings: BackupSettings;
  log: BackupLog;
  /** Every file is read again in this time, in ms. */
  everyMs: number;
  /** A check does not begin while a backup runs here. */
  isBackupRunning: () => boolean;
  /** Told after each run, whatever it found. */
  onChecked: () => void;
}

/** Has the kept backups read again, in a process of its own at low priority, whenever a check is due. */
export class Scrubber {
  private readonly scheduler: BackupScheduler;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: ScrubberOptions) {
    const { command, input, log, everyMs } = options;
    this.scheduler = new BackupScheduler({
      command,
      input,
      log,
      what: 'check of the kept backups',
      onOutcome: options.onChecked,
    });
    this.timer = setInterval(() => void this.look(), Math.min(LOOK_MS, everyMs / 10)).unref();
    void this.look();
  }

  /** Ends a check that runs: it begins again with the same file at the next start. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.scheduler.stopWithin(0);
  }

  private async look(): Promise<void> {
    const { settings, everyMs, isBackupRunning } = this.options;
    if (isBackupRunning() || this.scheduler.running) return;
    // A folder that cannot be read is told by the backups.
    const isDue = await isScrubDue(settings, everyMs, new Date()).catch(() => false);
    if (isDue) this.scheduler.request('OPERATION');
  }
}
