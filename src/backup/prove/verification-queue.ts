import type { Backup } from '../files/catalogue';
import { BackupError } from '../core/errors';
import { BackupLog } from '../core/log';
import { leftUnproven } from './proof';
import type { ProofDependencies } from './under-proof-lock';
import { verifyFile } from './verify-file';

/** One proof that somebody asked for. */
export interface BackupCheck {
  startedAt: Date;
  /** null while it runs. */
  finishedAt: Date | null;
  /** null while it runs. */
  sound: boolean | null;
  /** Why it is not sound, or could not be tried, in one sentence. */
  problem: string | null;
}

type CheckerOptions = Omit<ProofDependencies, 'signal'>;

/** Proves backups when somebody asks a running server to, one after the other. It delays no backup. */
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
      this.log.info(`The proof of ${backup.filename} begins.`);
      const dependencies = { ...this.options, signal: this.stopped.signal };
      const { state, problem, place } = (await verifyFile(dependencies, backup.path)).proof;
      const unproven = leftUnproven(place);
      if (problem === null) this.log.info(`${backup.filename} is ${state}.`);
      else this.log.error(`${backup.filename} is ${state}: ${problem}`);
      if (unproven !== null) this.log.warn(unproven);
      return problem;
    } catch (error) {
      const { message } = BackupError.from(error, 'The proof failed');
      this.log.error(`The proof of ${backup.filename} gave no verdict: ${message}`);
      return message;
    }
  }
}
