import { BackupRun } from '../backup-run';
import { readBackup, type Backup } from '../catalogue';
import { BackupError, reasonOf } from '../errors';
import { loadDump } from '../load-dump';
import type { BackupLock } from '../lock';
import { createSchemaLike, leaveBinaryLog, ownSchemaName } from '../own-schema';
import { checkRoom, checkRoomForCopy } from '../room';
import { openSession } from '../session';
import { lacksRight } from '../verify';
import type { RestoreContext, RestoreDependencies, RestoreStep } from './context';
import { KeysLater } from './keys-later';
import { pendingMigrations, type RestorePlan } from './plan';
import { dropSchema, settleReplaced } from './replaced';
import { replay } from './replay';
import { UnpublishedBackup } from './unpublished-backup';
import { moveInto, swapIn } from './swap';
import { whyImmovable } from './tables';

export interface RestoreOutcome {
  /** The database that was restored, and its newest operation. */
  database: string;
  lastOperation: number;
  /** The names of the migrations that the restored copy took. */
  migrated: string[];
  /** The backups of what was replaced. */
  safety: Backup[];
  /** The backup of what is live now; null where the live database is what it was. */
  backup: Backup | null;
}

/** What rotation keeps while restores publish: a restore deletes nothing. */
const KEEP_ALL = 1_000_000;

/** Carries out a plan, holding the lock on backups. */
export class RestoreRun {
  private readonly safety: Backup[] = [];
  private copy: UnpublishedBackup | null = null;
  private swapped = false;

  constructor(
    private readonly dependencies: RestoreDependencies,
    private readonly context: RestoreContext,
    private readonly lock: BackupLock,
    private readonly plan: RestorePlan,
  ) {}

  async execute(): Promise<RestoreOutcome> {
    const { session } = this.context;
    const { target, backup, beside } = this.plan;
    await this.refuseChangedFile();
    await checkRoomForCopy(session, backup.sqlBytes);
    const fresh = ownSchemaName(session.address.database, 'restore');
    await this.createFresh(fresh);
    try {
      await this.step('created');
      if (this.plan.safetyBackup) await this.takeUnpublishedBackup();
      await this.fill(fresh);
      const migrated = await this.migrate(fresh);
      const { number } = await this.audit(fresh);
      await this.lock.assertHeld();
      const made = beside ? await this.moveBeside(fresh) : await this.replace(fresh);
      return { database: target, lastOperation: number, migrated, safety: this.safety, backup: made };
    } finally {
      await this.copy?.discard();
      // A server that has just failed may not do this either; the next run does.
      await session.query('DROP DATABASE IF EXISTS ??', [fresh]).catch(() => undefined);
    }
  }

  /** The lock may have been waited for, while rotation went on. */
  private async refuseChangedFile(): Promise<void> {
    const { path, sha256 } = this.plan.backup;
    if ((await readBackup(path))?.sha256 === sha256) return;
    throw new BackupError(`${path} was removed or changed while the restore waited: run it again for a new plan.`);
  }

  private async createFresh(fresh: string): Promise<void> {
    const { query, address } = this.context.session;
    try {
      await createSchemaLike(query, address.database, fresh);
    } catch (error) {
      if (!lacksRight(error)) throw BackupError.from(error, 'A database beside the live one could not be made');
      throw new BackupError(
        `The database account ${address.user} may not make a database beside ${address.database}, which a restore ` +
          `needs: grant it ALL on \`${address.database.replaceAll('_', '\\_')}\\_%\`.* and try again.`,
        { cause: error },
      );
    }
  }

  /** First of all, and published right before the swap: a restore that fails leaves the backups as they were. */
  private async takeUnpublishedBackup(): Promise<void> {
    const { session, settings } = this.context;
    this.progress('Taking the safety backup', null);
    try {
      await checkRoom(settings.directory, this.plan.live.backups, session, false);
      this.copy = await UnpublishedBackup.take(this.context, session, session.address.database);
    } catch (error) {
      if (this.context.signal?.aborted === true) throw error;
      throw new BackupError(
        `The safety backup of what would be replaced failed, so nothing was changed: ${reasonOf(error)}. A database ` +
          `too broken to be dumped can be replaced with --no-safety-backup.`,
        { cause: error },
      );
    }
    await this.step('saved');
  }

  private async fill(fresh: string): Promise<void> {
    const { session, server, workDirectory, tag, stallMs, signal } = this.context;
    const { backup, replay: steps } = this.plan;
    const unlogged = this.dependencies.unlogged && (await this.mayLeaveBinaryLog());
    const watch = { workDirectory, tag, stallMs, unlogged, ...(signal === undefined ? {} : { signal }) };
    const address = { ...session.address, database: fresh };
    this.progress(`Restoring ${backup.filename}`, 0);
    const onBytes = (bytes: number): void => {
      this.progress(`Restoring ${backup.filename}`, bytes / backup.sqlBytes);
    };
    await loadDump({ ...watch, server, address, file: backup.path, dump: backup, through: new KeysLater(), onBytes });
    await this.step('loaded');
    if (steps === null) return;
    this.progress('Replaying the binary log', null);
    await replay({ ...watch, session, schema: fresh, from: steps.from, end: steps.end });
    await this.step('replayed');
  }

  private async mayLeaveBinaryLog(): Promise<boolean> {
    const probe = await openSession(this.context.session.address);
    try {
      return await leaveBinaryLog(probe.query);
    } finally {
      probe.close();
    }
  }

  private async migrate(fresh: string): Promise<string[]> {
    const { ledger, session } = this.context;
    const copy = await openSession({ ...session.address, database: fresh });
    try {
      // What a file says of its schema, a file of a damaged database may not know.
      const schemaVersion = await ledger.schemaVersion(copy.query).catch(() => 'none');
      pendingMigrations({ schemaVersion, path: this.plan.backup.path }, this.dependencies.knownSchemas);
    } finally {
      copy.close();
    }
    this.progress('Bringing the copy to the current schema', null);
    const migrated = await this.dependencies.migrate({ ...session.address, database: fresh });
    await this.step('migrated');
    return migrated;
  }

  private async audit(fresh: string): Promise<{ number: number }> {
    const { ledger, session, signal } = this.context;
    const { backup, source, lastOperation, replay: steps } = this.plan;
    this.progress('Checking the restored copy', null);
    const options = signal === undefined ? {} : { signal };
    const copy = await openSession({ ...session.address, database: fresh }, options);
    try {
      const [violation] = await ledger.audit(copy.query);
      if (violation !== undefined) {
        throw new BackupError(`${backup.path} is not sound, and was not restored: ${reasonOf(violation)}.`);
      }
      const newest = await ledger.newestOperation(copy.query);
      const toThePoint = source.kind === 'operation' || source.kind === 'before';
      const isIt = toThePoint ? newest.number === lastOperation : newest.number >= backup.lastOperation.number;
      if (!isIt || (steps !== null && newest.uid !== steps.last.uid)) {
        throw new BackupError(
          `The restored copy ends with operation ${newest.number} and not ${lastOperation}, so it was not used.`,
        );
      }
      const reason = await whyImmovable(copy.query, fresh);
      if (reason !== null) throw new BackupError(`${backup.path} cannot take the place of a database: ${reason}`);
      await this.step('audited');
      return newest;
    } catch (error) {
      throw BackupError.from(error, `The restored copy of ${backup.path} could not be checked`);
    } finally {
      copy.close();
    }
  }

  private async moveBeside(fresh: string): Promise<null> {
    await moveInto(this.context.session, fresh, this.plan.target);
    this.swapped = true;
    await this.step('swapped');
    return null;
  }

  /** From the swap on there is no way back: what follows is done even where the restore was asked to stop. */
  private async replace(fresh: string): Promise<Backup | null> {
    const { session } = this.context;
    const keeps = this.plan.safetyBackup;
    const aside = ownSchemaName(session.address.database, keeps ? 'replaced' : 'discarded');
    if (this.copy !== null) this.safety.push(await this.copy.publishAsSafety());
    await this.step('published');
    this.progress('Swapping', null);
    await swapIn(session, fresh, aside);
    this.swapped = true;
    await this.step('swapped');
    try {
      this.progress('Saving what was replaced', null);
      if (keeps) this.safety.push(...(await settleReplaced(this.afterSwap())));
      await this.step('kept');
      await dropSchema(session, aside);
      await this.step('dropped');
      this.progress('Backing up what was restored', null);
      return await this.backUp();
    } catch (error) {
      throw new BackupError(`The database is restored, but: ${reasonOf(error)}.`, { cause: error });
    }
  }

  /** The newest file must be of today's history, and be there whatever was restored from where. */
  private async backUp(): Promise<Backup | null> {
    const backup = (await this.backUpWhatWasRestored()) ?? (await this.backUpAnew());
    await this.step('backedUp');
    return backup;
  }

  /** What was restored and audited just now need not be once more, if a dump of it is still the very same. */
  private async backUpWhatWasRestored(): Promise<Backup | null> {
    const { backup, replay: steps } = this.plan;
    if (backup.verifiedAt === null || steps !== null || this.plan.migrations.length > 0) return null;
    const { session, now } = this.context;
    const copy = await UnpublishedBackup.take(this.afterSwap(), session, session.address.database);
    try {
      if (!(await copy.isIn([backup]))) return null;
      const { lastOperation, schemaVersion } = backup;
      return await copy.publishAsProven({ lastOperation, schemaVersion, verifiedAt: now() });
    } finally {
      await copy.discard();
    }
  }

  private async backUpAnew(): Promise<Backup | null> {
    const { settings, ledger, stallMs, now, log, session } = this.context;
    const { address } = session;
    const run = new BackupRun(
      { settings: { ...settings, keep: KEEP_ALL }, address, ledger, stallMs, now },
      log,
      this.lock,
      session,
    );
    const { published } = await run.untilCovered({ trigger: 'MANUAL', force: true, once: true });
    return published[0] ?? null;
  }

  /** Only the loss of the lock stops what is done after the swap. */
  private afterSwap(): RestoreContext {
    return { ...this.context, signal: this.lock.lost };
  }

  private progress(doing: string, part: number | null): void {
    this.dependencies.onProgress?.(doing, part);
  }

  private async step(step: RestoreStep): Promise<void> {
    await this.dependencies.onStep?.(step);
    const { signal } = this.context;
    if (!this.swapped && signal?.aborted === true) throw signal.reason as Error;
  }
}
