import { BackupRun } from '../backup-run';
import { readBackup, type Backup } from '../catalogue';
import { BackupError, OR_KEEP_FEWER, reasonOf } from '../errors';
import type { BackupLock } from '../lock';
import { ownSchemaName } from '../own-schema';
import { checkRoom, checkRoomForCopy } from '../room';
import type { RestoreContext, RestoreDependencies, RestoreStep } from './context';
import type { RestorePlan } from './plan';
import { discard, settleReplaced } from './replaced';
import { RestoredCopy, type Audited } from './restored-copy';
import { nameOfFile } from './plan-text';
import { LostInSwap, moveInto, swapIn } from './swap';
import { causeOf, SwappedError } from './swapped-error';
import { UnpublishedBackup } from './unpublished-backup';
import { putViews, type View } from './views';

export interface RestoreOutcome {
  /** The database that was restored, and its newest operation. */
  database: string;
  lastOperation: number;
  /** The names of the migrations that the restored copy took. */
  migrated: string[];
  /** The backups of what was replaced. */
  safety: Backup[];
  /** What is left to be done by hand, in sentences. */
  warnings: string[];
  /** The backup of what is live now; null where the live database is what it was. */
  backup: Backup | null;
}

/** What rotation keeps while restores publish: a restore deletes nothing. */
const KEEP_ALL = 1_000_000;

function withoutRotation(error: unknown): string {
  return reasonOf(error).replace(OR_KEEP_FEWER, '');
}

/** Carries out a plan, holding the lock on backups. */
export class RestoreRun {
  private readonly safety: Backup[] = [];
  private readonly warnings: string[] = [];
  private safetyCopy: UnpublishedBackup | null = null;
  private swapped = false;

  constructor(
    private readonly dependencies: RestoreDependencies,
    private readonly context: RestoreContext,
    private readonly lock: BackupLock,
    private readonly plan: RestorePlan,
  ) {}

  async execute(): Promise<RestoreOutcome> {
    const { target, backup, beside, safetyBackup } = this.plan;
    await this.refuseChangedFile();
    await checkRoomForCopy(this.context.session, backup.sqlBytes);
    const copy = await RestoredCopy.create(this.context, this.plan);
    try {
      await this.step('created');
      if (safetyBackup) await this.takeSafetyCopy();
      const migrated = await this.fill(copy);
      this.progress('Checking the restored copy', null);
      const audited = await copy.audit();
      await this.step('audited');
      await this.lock.assertHeld();
      const made = beside ? await this.moveBeside(copy) : await this.replace(copy, audited, migrated);
      const lastOperation = audited.lastOperation.number;
      const { safety, warnings } = this;
      return { database: target, lastOperation, migrated, safety, warnings, backup: made };
    } finally {
      await this.safetyCopy?.discard();
      await copy.drop();
    }
  }

  /** The lock may have been waited for, while rotation went on. */
  private async refuseChangedFile(): Promise<void> {
    const { path, sha256 } = this.plan.backup;
    if ((await readBackup(path))?.sha256 === sha256) return;
    throw new BackupError(`${path} was removed or changed while the restore waited: run it again for a new plan.`);
  }

  /** First of all, and published right before the swap: a restore that fails leaves the backups as they were. */
  private async takeSafetyCopy(): Promise<void> {
    const { session, settings } = this.context;
    this.progress('Taking the safety backup', null);
    try {
      await checkRoom(settings.directory, this.plan.live.backups, session, false);
      this.safetyCopy = await UnpublishedBackup.take(this.context, session, session.address.database);
    } catch (error) {
      if (this.context.signal?.aborted === true) throw error;
      throw new BackupError(
        `The safety backup of what would be replaced failed, so nothing was changed: ${withoutRotation(error)}. A database ` +
          `too broken to be dumped can be replaced with --no-safety-backup.`,
        { cause: error },
      );
    }
    await this.step('saved');
  }

  private async fill(copy: RestoredCopy): Promise<string[]> {
    const { backup, replay } = this.plan;
    const { unlogged } = this.dependencies;
    const doing = `Restoring ${backup.filename}`;
    this.progress(doing, 0);
    await copy.load(unlogged, (part) => {
      this.progress(doing, part);
    });
    await this.step('loaded');
    if (replay !== null) {
      this.progress('Replaying the binary log', null);
      await copy.replay(unlogged);
      await this.step('replayed');
    }
    this.progress('Bringing the copy to the current schema', null);
    const migrated = await copy.migrate(this.dependencies);
    await this.step('migrated');
    return migrated;
  }

  private async moveBeside(copy: RestoredCopy): Promise<null> {
    await moveInto(this.context.session, copy.name, this.plan.target);
    this.swapped = true;
    await this.step('swapped');
    return null;
  }

  /**
   * From the swap on there is no way back: what follows is done even where the restore was asked to stop.
   * @throws SwappedError from then on
   */
  private async replace(copy: RestoredCopy, audited: Audited, migrated: readonly string[]): Promise<Backup | null> {
    const { session } = this.context;
    const keeps = !this.plan.discards;
    const aside = ownSchemaName(session.address.database, keeps ? 'replaced' : 'discarded');
    if (this.safetyCopy !== null) this.safety.push(await this.safetyCopy.publishAsSafety());
    await this.step('published');
    this.progress('Swapping', null);
    const views = await this.swap(copy, aside);
    this.swapped = true;
    let unmade: BackupError | null;
    let backup: Backup | null;
    try {
      await this.step('swapped');
      unmade = await this.putViews(views);
      this.progress('Saving what was replaced', null);
      const settled = keeps ? await settleReplaced(this.afterSwap()) : null;
      this.safety.push(...(settled?.saved ?? []));
      await this.step('kept');
      this.warnings.push(...(settled?.warnings ?? (await discard(this.afterSwap(), aside))));
      await this.step('dropped');
      this.progress('Backing up what was restored', null);
      const isFile = this.plan.replay === null && migrated.length === 0;
      backup = (isFile ? await this.backUpProven(audited) : null) ?? (await this.backUpAnew());
      await this.step('backedUp');
    } catch (error) {
      throw this.swappedError(
        'is restored, but',
        error,
        'what is left to do, the next backup does (npm run db:backup)',
      );
    }
    if (unmade === null) return backup;
    throw this.swappedError('is restored, but', unmade, `its definition is in ${nameOfFile(this.plan)}`);
  }

  private async swap(copy: RestoredCopy, aside: string): Promise<View[]> {
    try {
      return await swapIn(this.context.session, copy.name, aside);
    } catch (error) {
      if (!(error instanceof LostInSwap)) throw error;
      throw this.swappedError('may be restored', error, 'npm run db:status tells');
    }
  }

  /** @returns why one could not be made: a restored pool needs its backup all the same */
  private async putViews(views: readonly View[]): Promise<BackupError | null> {
    const { query, address } = this.context.session;
    try {
      await putViews(query, address.database, views);
      return null;
    } catch (error) {
      return BackupError.from(error, 'The views could not be made');
    }
  }

  private swappedError(how: string, error: unknown, remedy: string): SwappedError {
    const { lost } = this.lock;
    const reason = lost.aborted ? `The lock on backups was lost (${causeOf(lost.reason)})` : withoutRotation(error);
    const saved = this.safety.map(({ path }) => path).join(' and ');
    return new SwappedError(
      `The database ${this.plan.target} ${how}: ${reason}; ${saved === '' ? '' : `what was replaced is in ${saved}, and `}` +
        `${remedy}.`,
      { cause: error },
    );
  }

  /**
   * The newest file must be of today's history, and be there whatever was restored from where. What was restored and
   * audited just now need not be once more, if a dump of it is still the very same; else null.
   */
  private async backUpProven(audited: Audited): Promise<Backup | null> {
    const { session, now } = this.context;
    const copy = await UnpublishedBackup.take(this.afterSwap(), session, session.address.database);
    try {
      if (!(await copy.isIn([this.plan.backup]))) return null;
      return await copy.publishAsProven({ ...audited, verifiedAt: now() });
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
