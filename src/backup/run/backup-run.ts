import type { Backup } from '../files/catalogue';
import { coverage, type Coverage } from '../files/coverage';
import { describeCovered, describePending } from './describe-coverage';
import { dumpDatabase, type Dump } from '../dump/dump';
import { storedBeyond } from '../segments/chain';
import { BackupError, BackupStopped, humanSize, reasonOf } from '../core/errors';
import { NO_OPERATION, poolMark, type PoolMark } from '../core/ledger';
import type { BackupLock } from '../server/backup-lock';
import type { BackupLog } from '../core/log';
import { changeMark, type BackupTrigger } from '../files/manifest';
import { publish } from '../files/publish';
import { recordBackup } from '../files/record';
import { checkRoom } from '../server/disk-space';
import { judgeBackups, prune } from './judge-backups';
import type { BackupDependencies, BackupOutcome, BackupRequest, BackupStep, SettleInterrupted } from './types';
import { STALL_MS } from '../client/client-run';
import { dropRestoreOrphans } from '../server/scratch-database';
import { readServer, type DatabaseServer } from '../server/server-version';
import type { Session } from '../server/session';
import { listLabelled, type LabelledBackup } from '../files/proofs';
import { clearWorkFiles, createWorkFile, discardWorkFile, workTag, type WorkFile } from '../files/staging';

/** A turn ends after this time, so that others waiting for the lock or the outcome are not kept by a long burst. */
const TURN_MS = 5_000;
/** A run that clears nothing up needs no more than this. */
type RunDependencies = Omit<BackupDependencies, 'settleInterrupted'>;

/** The backups that one process makes while it holds the lock. */
export class BackupRun {
  private readonly tag: string;
  private readonly stop: AbortSignal;
  private owesBackup = false;
  /** What it made so far, also where a later step fails. */
  readonly outcome: BackupOutcome = { published: [], rotated: [], warnings: [], pending: 0 };

  constructor(
    private readonly dependencies: RunDependencies,
    private readonly log: BackupLog,
    private readonly lock: BackupLock,
    private readonly session: Session,
  ) {
    const { signal } = dependencies;
    this.tag = workTag(session.address.database);
    this.stop = AbortSignal.any(signal === undefined ? [lock.lost] : [lock.lost, signal]);
  }

  /** Removes what killed predecessors left: holding the lock, this is the only backup that runs. */
  async clearLitter(settleInterrupted: SettleInterrupted): Promise<void> {
    const told = this.warn.bind(this);
    const litter = [
      ...(await clearWorkFiles(this.dependencies.settings.workDirectory, this.tag, told)),
      ...(await dropRestoreOrphans(this.session, told)),
    ];
    if (litter.length > 0) this.log.info(`Cleared what an interrupted backup left: ${litter.join(', ')}.`);
    await this.settle(settleInterrupted);
  }

  /** A restore that was killed after its swap owes two backups: one of what it replaced, one of what is live now. */
  private async settle(settleInterrupted: SettleInterrupted): Promise<void> {
    const { settings, ledger, now = () => new Date() } = this.dependencies;
    try {
      const server = await readServer(this.session.query);
      const saved = await settleInterrupted({ ...this.clientContext(), settings, ledger, server, log: this.log, now });
      this.owesBackup = saved.length > 0;
    } catch (error) {
      if (error instanceof BackupStopped) throw error;
      this.warn(BackupError.from(error, 'What an interrupted restore replaced could not be saved').message);
    }
  }

  /**
   * Operations may commit while a backup is made: one more then covers them all, however many they are. The last begins
   * 5 s after the first at most; what is pending then, the outcome tells.
   */
  async untilCovered({ trigger, force, once = false }: BackupRequest): Promise<BackupOutcome> {
    const { settings } = this.dependencies;
    const begun = performance.now();
    for (let first = true; ; first = false) {
      const backups = await listLabelled(settings);
      const isForced = first && (force || this.owesBackup);
      const state = await this.coverage(backups, isForced);
      if (state === null) {
        // Without rotation, as nobody knows which of the others are of today's history.
        await this.makeBackup(trigger, null, backups);
        return this.outcome;
      }
      this.outcome.pending = state.missed;
      // What is no operation was asked for, or waits for more of its kind.
      if (!isForced && state.missed === 0 && !(first && state.missedChanges > 0)) {
        if (first) this.log.debug(`Nothing to do: ${describeCovered(state)}.`);
        return this.outcome;
      }
      this.assertProgress(state);
      if (!first && performance.now() - begun > TURN_MS) return this.outcome;
      await this.makeBackup(first ? trigger : 'OPERATION', state, backups);
      await this.rotate();
      // What was published is told as published, also where nothing more can be done.
      if (once || this.stop.aborted) return this.outcome;
    }
  }

  /**
   * No loss stands between what is left and its backup.
   * @returns null where the operations cannot be read, as where their table is gone, and somebody wants a backup all the same
   */
  private async coverage(backups: LabelledBackup[], isForced: boolean): Promise<Coverage | null> {
    const { query, address } = this.session;
    try {
      const { settings, ledger } = this.dependencies;
      const beyond = settings.logAlone ? await storedBeyond(settings, backups) : [];
      return await coverage(backups, ledger, query, beyond);
    } catch (error) {
      if (!isForced) throw error;
      await query('SELECT 1').catch(() => {
        throw error;
      });
      this.warn(
        `The operations of the database ${address.database} cannot be read (${reasonOf(error)}): this backup holds what ` +
          `is there, and covers no operation.`,
      );
      return null;
    }
  }

  /** Guards against an endless loop: a published backup that does not reduce what is pending would be made again and again. */
  private assertProgress({ newest, missed }: Coverage): void {
    const last = this.outcome.published.at(-1);
    if (last === undefined || missed === 0 || last.lastOperation.uid !== newest.uid) return;
    throw new BackupError(
      `The backup ${last.filename} was published, but does not count as one of operation ${newest.number}.`,
    );
  }

  /** No judgement stands between the dump and its name: what is complete, hashed and synced is a backup at once. */
  private async makeBackup(trigger: BackupTrigger, state: Coverage | null, backups: Backup[]): Promise<void> {
    const { settings, ledger, now = () => new Date() } = this.dependencies;
    const { query, address } = this.session;
    const startedAt = now();
    const begun = performance.now();
    this.log.info(`Backup begins (${trigger}): ${state === null ? 'asked for' : describePending(state)}.`);
    await checkRoom(settings.directory, backups, this.session);
    const server = await readServer(query);
    const file = await createWorkFile(settings.workDirectory, this.tag);
    try {
      // Before the dump: so much is surely in it.
      const schemaVersion = await ledger.schemaVersion(query).catch(() => 'unknown');
      const mark = await poolMark(ledger, query).catch((): PoolMark => ({}));
      const dump = await this.dump(file, server);
      // Two that believe they hold the lock must not both publish and rotate.
      await this.lock.assertHeld();
      this.throwIfStopped();
      const backup = await publish({
        directory: settings.directory,
        file,
        manifest: {
          trigger,
          startedAt,
          ...dump,
          serverVersion: server.version,
          database: address.database,
          ...mark,
          // As one that a restore made of what it replaced: it is of no history.
          ...(state === null ? { safety: true } : {}),
          lastOperation: state?.newest ?? NO_OPERATION,
          ...changeMark(state?.newestChange ?? NO_OPERATION),
          schemaVersion,
          verifiedAt: null,
        },
        begun,
        now,
        onStep: (step) => this.step(step),
      });
      await this.tell(backup);
    } finally {
      await discardWorkFile(file);
    }
  }

  private async tell(backup: Backup): Promise<void> {
    this.outcome.published.push(backup);
    const size = humanSize(backup.sizeBytes);
    this.log.info(`Published ${backup.filename}: ${size}, ${describeMark(backup)}, in ${backup.durationMs} ms.`);
    await recordBackup(this.dependencies.settings, 'stored', backup.lastOperation, backup.createdAt);
    this.dependencies.onPublished?.(backup);
    await this.step('published');
  }

  private async dump(file: WorkFile, server: DatabaseServer): Promise<Dump> {
    const begun = performance.now();
    await this.step('dumping');
    const { gentle = false } = this.dependencies;
    const warn = (message: string): void => {
      this.warn(message);
    };
    const dump = await dumpDatabase({ ...this.clientContext(), server, file, gentle, warn });
    this.log.info(`Dumped ${humanSize(dump.sqlBytes)} in ${since(begun)} ms.`);
    await this.step('dumped');
    return dump;
  }

  /** The backup is safe whatever happens here. */
  private async rotate(): Promise<void> {
    const { settings, ledger, now = () => new Date() } = this.dependencies;
    try {
      await this.lock.assertHeld();
      const context = { ...this.clientContext(), settings, ledger, log: this.log, now };
      // A stop waits for no look at the log; what a file is known for decides all the same.
      const verdicts = await judgeBackups({ ...context, signal: this.lock.lost, hurry: this.stop });
      await this.lock.assertHeld();
      const { removed, failures } = await prune(settings, verdicts);
      this.outcome.rotated.push(...removed);
      if (removed.length > 0) this.log.info(`Rotated to ${settings.keep}: removed ${removed.join(', ')}.`);
      for (const { message } of failures) this.warn(message);
      await this.step('rotated');
    } catch (error) {
      if (error instanceof BackupStopped) throw error;
      this.warn(BackupError.from(error, 'Old backups could not be rotated').message);
    }
  }

  private warn(message: string): void {
    this.outcome.warnings.push(message);
    this.log.warn(message);
  }

  private clientContext() {
    const { settings, stallMs = STALL_MS } = this.dependencies;
    const { session, tag, stop: signal } = this;
    return { session, tag, signal, stallMs, workDirectory: settings.workDirectory };
  }

  private async step(step: BackupStep): Promise<void> {
    await this.dependencies.onStep?.(step);
    // Once it has its name it is a backup: nothing may say that there is none.
    if (step === 'named' || step === 'published' || step === 'rotated') return;
    this.throwIfStopped();
  }

  private throwIfStopped(): void {
    if (!this.stop.aborted) return;
    const reason: unknown = this.stop.reason;
    throw reason instanceof BackupError ? reason : new BackupStopped();
  }
}

function since(begun: number): number {
  return Math.round(performance.now() - begun);
}

function describeMark({ lastOperation: { number }, safety }: Backup): string {
  if (safety === true) return 'operations unknown';
  return number === 0 ? 'no operation yet' : `operations up to ${number}`;
}
