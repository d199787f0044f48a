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
import { pendingMigrations, type RestorePlan } from './plan';
import { dropSchema, settleReplaced } from './replaced';
import { replay } from './replay';
import { SafetyCopy } from './safety-copy';
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
  private copy: SafetyCopy | null = null;
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
      if (this.plan.safetyBackup) await this.takeSafetyCopy();
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
  private async takeSafetyCopy(): Promise<void> {
    const { session, settings } = this.context;
    this.progress('Taking the safety backup', null);
    try {
      await checkRoom(settings.directory, this.plan.live.backups, session, false);
      this.copy = await SafetyCopy.take(this.context, session, session.address.database);
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
    await loadDump({ ...watch, server, address, file: backup.path, dump: backup, onBytes });
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
    if (this.copy !== null) this.safety.push(await this.copy.publish());
    await this.step('published');
    this.progress('Swapping', null);
    await swapIn(session, fresh, aside);
    this.swapped = true;
    await this.step('swapped');
    try {
      this.progress('Saving what was replaced', null);
      const { signal: _, ...context } = this.context;
      if (keeps) this.safety.push(...(await settleReplaced({ ...context, signal: this.lock.lost })));
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
    const { settings, ledger, stallMs, now } = this.dependencies;
    const { address } = this.context.session;
    const run = new BackupRun(
      {
        settings: { ...settings, keep: KEEP_ALL },
        address,
        ledger,
        ...(stallMs === undefined ? {} : { stallMs }),
        ...(now === undefined ? {} : { now }),
      },
      this.context.log,
      this.lock,
      this.context.session,
    );
    const { published } = await run.untilCovered({ trigger: 'MANUAL', force: true, once: true });
    await this.step('backedUp');
    return published[0] ?? null;
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
