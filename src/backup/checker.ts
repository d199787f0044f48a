import type { Backup } from './catalogue';
import { BackupError } from './errors';
import { BackupLog } from './log';
import { verifyFile } from './restore/verify-file';

/** One test restore that somebody asked for. */
export interface BackupCheck {
  startedAt: Date;
  /** null while it runs. */
  finishedAt: Date | null;
  /** null while it runs. */
  sound: boolean | null;
  /** Why it is not sound, or could not be tried, in one sentence. */
  problem: string | null;
}

export type CheckerOptions = Omit<Parameters<typeof verifyFile>[0], 'signal'>;

/** Restores backups into scratch databases when somebody asks a running server to, one after the other. */
export class BackupChecker {
  private readonly checks = new Map<string, BackupCheck>();
  private readonly stopped = new AbortController();
  private turn: Promise<unknown> = Promise.resolve();
  private readonly log: BackupLog;

  constructor(private readonly options: CheckerOptions) {
    this.log = new BackupLog(options.settings.logFile);
  }

  /** The last check of the backup of that name; null where this process made none. */
  of(filename: string): BackupCheck | null {
    return this.checks.get(filename) ?? null;
  }

  /** Begins a check and returns at once; one that runs already is left to its end. Never throws. */
  begin(backup: Backup): void {
    if (this.stopped.signal.aborted || this.of(backup.filename)?.finishedAt === null) return;
    const check: BackupCheck = { startedAt: new Date(), finishedAt: null, sound: null, problem: null };
    this.checks.set(backup.filename, check);
    this.turn = this.turn.then(async () => {
      const problem = await this.problemOf(backup);
      this.checks.set(backup.filename, { ...check, finishedAt: new Date(), sound: problem === null, problem });
    });
  }

  /** Ends what runs, cleanly, and waits for its end. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await this.turn;
  }

  private async problemOf(backup: Backup): Promise<string | null> {
    try {
      this.stopped.signal.throwIfAborted();
      this.log.info(`Test restore of ${backup.filename} begins.`);
      await verifyFile({ ...this.options, signal: this.stopped.signal }, backup.path);
      this.log.info(`Restored ${backup.filename} into a scratch database and found it sound.`);
      return null;
    } catch (error) {
      const { message } = BackupError.from(error, 'The test restore failed');
      this.log.error(`Test restore of ${backup.filename} failed: ${message}`);
      return message;
    }
  }
}
