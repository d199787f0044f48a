import { isOfPool, listBackups, type Backup } from './catalogue';
import { clearFetched } from './copy/fetch';
import { coverage, type Coverage } from './coverage';
import { describeCovered, describePending } from './describe-coverage';
import { dumpDatabase, type Dump } from './dump';
import { BackupError, BackupStopped, humanSize, reasonOf } from './errors';
import { poolMark } from './ledger';
import type { BackupLock } from './lock';
import type { BackupLog } from './log';
import { readLog } from './log-reader';
import type { BackupTrigger } from './manifest';
import { publish } from './publish';
import { checkRoom } from './room';
import { settleReplaced } from './restore/replaced';
import { rotate } from './rotate';
import type { BackupDependencies, BackupOutcome, BackupRequest, BackupStep } from './run-backup';
import { dropScratchLitter } from './scratch';
import { readServer, type DatabaseServer } from './server';
import type { Session } from './session';
import { NoRightToVerify, verifyByRestore, type Verification } from './verify';
import { clearWorkFiles, createWorkFile, discardWorkFile, workTag, type WorkFile } from './work-files';

const STALL_MS = 5 * 60_000;
/** Others that wait for the lock, and whoever waits for the outcome, need not wait for the end of a long rush. */
const TURN_MS = 5_000;
/** How far back in the log a warning is taken for said. */
const LINES_TO_REMEMBER = 500;

/** The backups that one process makes while it holds the lock. */
export class BackupRun {
  private readonly tag: string;
  private readonly stop: AbortSignal;
  private owesBackup = false;
  private readonly outcome: BackupOutcome = { published: [], rotated: [], warnings: [], pending: 0 };

  constructor(
    private readonly dependencies: BackupDependencies,
    private readonly log: BackupLog,
    private readonly lock: BackupLock,
    private readonly session: Session,
  ) {
    const { signal } = dependencies;
    this.tag = workTag(session.address.database);
    this.stop = AbortSignal.any(signal === undefined ? [lock.lost] : [lock.lost, signal]);
  }

  /** Removes what killed predecessors left: holding the lock, this is the only backup that runs. */
  async clearLitter(): Promise<void> {
    const litter = [
      ...(await clearWorkFiles(this.dependencies.settings.workDirectory, this.tag)),
      ...(await dropScratchLitter(this.session)),
    ];
    await clearFetched(this.dependencies.settings);
    if (litter.length > 0) this.log.info(`Cleared what an interrupted backup left: ${litter.join(', ')}.`);
    await this.settleRestores();
  }

  /** A restore that was killed after its swap owes two backups: one of what it replaced, one of what is live now. */
  private async settleRestores(): Promise<void> {
    const { settings, ledger, now = () => new Date() } = this.dependencies;
    try {
      const server = await readServer(this.session.query);
      const { saved } = await settleReplaced({ ...this.clientContext(), settings, ledger, server, log: this.log, now });
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
    const { settings, ledger } = this.dependencies;
    const begun = performance.now();
    for (let first = true; ; first = false) {
      const backups = await listBackups(settings.directory);
      const state = await coverage(backups, ledger, this.session.query);
      this.outcome.pending = state.pending;
      if (!(first && (force || this.owesBackup)) && state.pending === 0) {
        if (first) this.log.debug(`Nothing to do: ${describeCovered(state)}.`);
        return this.outcome;
      }
      this.refuseToTurnInCircles(state);
      if (!first && performance.now() - begun > TURN_MS) return this.outcome;
      this.outcome.published.push(await this.makeBackup(first ? trigger : 'OPERATION', state, backups));
      await this.rotate();
      if (once) return this.outcome;
    }
  }

  /** Were a published backup not to count, for whatever reason, the next would not either, and so on for ever. */
  private refuseToTurnInCircles({ newest, pending }: Coverage): void {
    const last = this.outcome.published.at(-1);
    if (last === undefined || pending === 0 || last.lastOperation.uid !== newest.uid) return;
    throw new BackupError(
      `The backup ${last.filename} was published, but does not count as one of operation ${newest.number}.`,
    );
  }

  private async makeBackup(trigger: BackupTrigger, state: Coverage, backups: Backup[]): Promise<Backup> {
    const { settings, now = () => new Date() } = this.dependencies;
    const startedAt = now();
    const begun = performance.now();
    this.log.info(`Backup begins (${trigger}): ${describePending(state)}.`);
    await checkRoom(settings.directory, backups, this.session, settings.verify === 'restore');
    const server = await readServer(this.session.query);
    const file = await createWorkFile(settings.workDirectory, this.tag);
    try {
      const dump = await this.dump(file, server);
      const verification = await this.verify(file, dump, server, state, backups);
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
          database: this.session.address.database,
          ...(await poolMark(this.dependencies.ledger, this.session.query)),
          ...verification,
        },
        begun,
        now,
        onStep: (step) => this.step(step),
      });
      const size = humanSize(backup.sizeBytes);
      this.log.info(`Published ${backup.filename}: ${size}, ${describeMark(backup)}, in ${backup.durationMs} ms.`);
      await this.step('published');
      return backup;
    } finally {
      await discardWorkFile(file);
    }
  }

  private async dump(file: WorkFile, server: DatabaseServer): Promise<Dump> {
    const begun = performance.now();
    await this.step('dumping');
    const { gentle = false } = this.dependencies;
    const dump = await dumpDatabase({ ...this.clientContext(), server, file, gentle });
    this.log.info(`Dumped ${humanSize(dump.sqlBytes)} in ${since(begun)} ms.`);
    await this.step('dumped');
    return dump;
  }

  /** Where the account may not make scratch databases, the dump's completeness must do. */
  private async verify(
    file: WorkFile,
    dump: Dump,
    server: DatabaseServer,
    { newest: mark }: Coverage,
    backups: Backup[],
  ): Promise<Verification & { verifiedAt: Date | null }> {
    const { settings, ledger, now = () => new Date() } = this.dependencies;
    if (settings.verify === 'restore') {
      try {
        const begun = performance.now();
        const { lost } = this.lock;
        const request = { ...this.clientContext(), server, ledger, dump, mark, lost, file: file.path };
        const verification = await verifyByRestore(request);
        this.log.info(`Restored into a scratch database and found sound in ${since(begun)} ms.`);
        await this.step('verified');
        return { ...verification, verifiedAt: now() };
      } catch (error) {
        if (!(error instanceof NoRightToVerify)) throw error;
        await this.warnOfNoRight(error, backups);
      }
    }
    return { lastOperation: mark, schemaVersion: await ledger.schemaVersion(this.session.query), verifiedAt: null };
  }

  /** Said once, until a backup was verified again; what was said before, the log tells. */
  private async warnOfNoRight(error: NoRightToVerify, [newest]: Backup[]): Promise<void> {
    const { logFile } = this.dependencies.settings;
    const beginning = `The database account ${this.session.address.user} may not restore into a scratch database`;
    const warning =
      `${beginning} (${reasonOf(error)}): backups are only checked for completeness, as with BACKUP_VERIFY=checksum, ` +
      `until it gets that right.`;
    this.outcome.warnings.push(warning);
    const isSaid =
      newest?.verifiedAt === null &&
      (await readLog(logFile, LINES_TO_REMEMBER)).some(({ message }) => message.startsWith(beginning));
    if (!isSaid) this.log.warn(warning);
  }

  /** The backup is safe whatever happens here. */
  private async rotate(): Promise<void> {
    const { settings, ledger } = this.dependencies;
    try {
      await this.lock.assertHeld();
      const { query, address } = this.session;
      const ours = { database: address.database, ...(await poolMark(ledger, query)) };
      const backups = (await listBackups(settings.directory)).filter((backup) => isOfPool(backup, ours));
      const { current } = await coverage(backups, ledger, query);
      const { removed, failures } = await rotate(settings.directory, { backups, current, keep: settings.keep });
      const names = removed.map(({ filename }) => filename);
      this.outcome.rotated.push(...names);
      if (names.length > 0) this.log.info(`Rotated to ${settings.keep}: removed ${names.join(', ')}.`);
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

function describeMark({ lastOperation: { number } }: Backup): string {
  return number === 0 ? 'no operation yet' : `operations up to ${number}`;
}
