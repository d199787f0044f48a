import { keepLastTry } from '../run/last-try';
import { BackupRun } from '../run/backup-run';
import { readBackup, type Backup } from '../files/catalogue';
import { BackupError, OR_KEEP_FEWER, reasonOf } from '../core/errors';
import { unknownSchema } from '../files/pending-migrations';
import { record } from '../files/record';
import type { BackupLock } from '../server/backup-lock';
import { ownSchemaName } from '../server/auxiliary-schema';
import { checkRoomForCopy } from '../server/disk-space';
import type { RestoreContext, RestoreDependencies, RestoreStep } from './common/context';
import { codeForOther } from './common/dump-filter';
import { inventoryOf, missingFrom } from './common/inventory';
import { causeOf, SwappedError } from './common/swapped-error';
import type { RestorePlan } from './plan/plan';
import { nameOfFile } from './plan/plan-text';
import { RestoredCopy, type Checked } from './restored-copy';
import { codeOfLive } from './swap/code';
import { LostInSwap } from './swap/rename';
import { discard, finish, settleReplaced, voidOlder } from './swap/replaced-schemas';
import { moveInto, swapIn } from './swap/swap';

export interface RestoreOutcome {
  /** The database that was restored, and its newest operation. */
  database: string;
  lastOperation: number;
  /** The names of the migrations that the restored copy took. */
  migrated: string[];
  /** The backups of what was replaced. */
  safety: Backup[];
  /** What was found, and what is left to be done by hand, in sentences. */
  warnings: string[];
  /** The backup of what is live now; null where the live database is what it was. */
  backup: Backup | null;
}

/** Asks whether to swap in a copy although its check found something (plan.findings). */
export type AcceptUnsound = (plan: RestorePlan) => Promise<boolean>;

/** What rotation keeps while restores publish: a restore deletes nothing. */
const KEEP_ALL = 1_000_000;

function withoutRotation(error: unknown): string {
  return reasonOf(error).replace(OR_KEEP_FEWER, '');
}

/** Carries out a plan, holding the lock on backups. */
export class RestoreRun {
  private readonly safety: Backup[] = [];
  private readonly warnings: string[] = [];
  private readonly aside: string;
  private swapped = false;
  /** What was found and accepted before the file was restored. */
  private accepted: readonly string[] = [];

  constructor(
    private readonly dependencies: RestoreDependencies,
    private readonly context: RestoreContext,
    private readonly lock: BackupLock,
    private readonly plan: RestorePlan,
    private readonly acceptUnsound: AcceptUnsound,
  ) {
    this.aside = ownSchemaName(context.session.address.database, plan.discards ? 'discarded' : 'replaced');
  }

  async execute(): Promise<RestoreOutcome> {
    const { target, backup, beside } = this.plan;
    await this.refuseChangedFile();
    await this.judgeSchema();
    await checkRoomForCopy(this.context.session, backup.sqlBytes);
    const copy = await RestoredCopy.create(this.context, this.plan);
    try {
      await this.step('created');
      const migrated = await this.fill(copy);
      this.progress('Checking the restored copy', null);
      const checked = await copy.check();
      await this.step('checked');
      await this.judge(checked);
      await this.lock.assertHeld();
      const made = beside ? await this.moveBeside(copy) : await this.replace(copy, checked);
      const lastOperation = checked.lastOperation.number;
      const { safety, warnings } = this;
      return { database: target, lastOperation, migrated, safety, warnings, backup: made };
    } finally {
      await copy.drop();
    }
  }

  /** The lock may have been waited for, while rotation went on. */
  private async refuseChangedFile(): Promise<void> {
    const { path, sha256 } = this.plan.backup;
    if ((await readBackup(path))?.sha256 === sha256) return;
    throw new BackupError(`${path} was removed or changed while the restore waited: run it again for a new plan.`);
  }

  /** What is known before hours are spent on the file is asked before. */
  private async judgeSchema(): Promise<void> {
    const { beside, backup, isOfUnknownSchema } = this.plan;
    if (beside || !isOfUnknownSchema) return;
    const findings = [unknownSchema(backup.schemaVersion)];
    if (await this.acceptUnsound({ ...this.plan, findings })) {
      this.accepted = findings;
      return;
    }
    throw new BackupError(
      `${nameOfFile(this.plan)} holds a database of the schema ${backup.schemaVersion}, which this version does not know: ` +
        `restore it with the version of Motorpool that wrote it, or a later one. --accept-unsound restores it as it is, ` +
        `and --into NAME beside the live database.`,
    );
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
      this.progress(replay.segments === undefined ? 'Replaying the binary log' : 'Applying log segments', null);
      await copy.replay(unlogged);
      await this.step('replayed');
    }
    this.progress('Bringing the copy to the current schema', null);
    const migrated = await copy.migrate(this.dependencies);
    await this.step('migrated');
    return migrated;
  }

  /** What is wrong with a file is told; whether it takes the live one's place all the same, a person decides. */
  private async judge({ findings }: Checked): Promise<void> {
    if (findings.length === 0) return;
    const file = nameOfFile(this.plan);
    const found = `${findings.join('; ')}.`;
    const isAccepted = this.plan.beside || findings.every((finding) => this.accepted.includes(finding));
    if (isAccepted || (await this.acceptUnsound({ ...this.plan, findings }))) {
      this.warnings.push(`${file} is not sound: ${found}`);
      this.context.log.warn(`${file} is not sound, and is restored all the same: ${found}`);
      return;
    }
    throw new BackupError(
      `${file} is not sound, and was not restored: ${found} The live database is as it was; --accept-unsound restores the ` +
        `file all the same, and --into NAME beside the live database.`,
    );
  }

  private async moveBeside(copy: RestoredCopy): Promise<null> {
    const { target, backup } = this.plan;
    const code = copy.code === null ? null : codeForOther(copy.code, backup.database, 'disabled');
    await moveInto(this.context, copy.name, target, code);
    this.swapped = true;
    await this.tellMissing(copy);
    await this.step('swapped');
    return null;
  }

  /**
   * From the swap on there is no way back: what follows is done even where the restore was asked to stop.
   * @throws SwappedError from then on
   */
  private async replace(copy: RestoredCopy, { lastOperation }: Checked): Promise<Backup | null> {
    const { discards } = this.plan;
    const replaced = await this.codeOfLive();
    this.progress('Swapping', null);
    for (const done of await copy.settle()) this.warn(done);
    await this.swap(copy, replaced);
    this.swapped = true;
    const { number: operation } = lastOperation;
    await record(this.context.settings, { at: new Date().toISOString(), what: 'restored', operation });
    let problem: string | null;
    let backup: Backup | null;
    try {
      await this.step('swapped');
      await voidOlder(this.afterSwap(), this.aside);
      problem = await finish(this.afterSwap(), this.aside);
      if (problem === null) await this.tellMissing(copy);
      this.progress('Saving what was replaced', null);
      const settled = discards ? null : await settleReplaced(this.afterSwap());
      this.safety.push(...(settled?.saved ?? []));
      await this.step('kept');
      this.warnings.push(...(settled?.warnings ?? (await discard(this.afterSwap(), this.aside))));
      await this.step('dropped');
      this.progress('Backing up what was restored', null);
      backup = await this.backUp();
      await keepLastTry(this.context.settings, this.context.log, null);
      await this.step('backedUp');
    } catch (error) {
      const remedy = 'what is left to do, the next backup does (npm run db:backup)';
      throw this.swappedError('is restored, but', error, remedy);
    }
    if (problem === null) return backup;
    throw this.swappedError('is restored, but', problem, `the definitions are in ${nameOfFile(this.plan)}`);
  }

  /** What is replaced is saved with it, and a swap that does not happen is undone by it. */
  private async codeOfLive(): Promise<Buffer | null> {
    try {
      return await codeOfLive(this.context, (message) => {
        this.warn(message);
      });
    } catch (error) {
      if (this.context.signal?.aborted === true) throw error;
      if (this.plan.discards) return null;
      throw new BackupError(
        `The views, triggers, routines and events of what would be replaced could not be read, so nothing was changed: ` +
          `${withoutRotation(error)}. A database too broken to be dumped can be replaced with --no-safety-backup.`,
        { cause: error },
      );
    }
  }

  private async swap(copy: RestoredCopy, replaced: Buffer | null): Promise<void> {
    const { target, backup } = this.plan;
    const isOther = copy.code !== null && backup.database !== target;
    const restored = isOther ? codeForOther(copy.code, backup.database, 'as they were') : copy.code;
    try {
      await swapIn(this.afterSwap(), copy.name, this.aside, { restored, replaced });
    } catch (error) {
      if (!(error instanceof LostInSwap)) throw error;
      throw this.swappedError('may be restored', error, 'npm run db:status tells');
    }
  }

  /** Everything in the file is in the restored database: what is not is named. */
  private async tellMissing(copy: RestoredCopy): Promise<void> {
    const { session } = this.context;
    const missing = missingFrom(await inventoryOf(session.query, this.plan.target), copy.objects);
    if (missing.length === 0) return;
    this.warn(`Not restored out of ${nameOfFile(this.plan)}: ${missing.join(', ')}.`);
  }

  private warn(warning: string): void {
    this.context.log.warn(warning);
    this.warnings.push(warning);
  }

  private swappedError(how: string, problem: unknown, remedy: string): SwappedError {
    const { lost } = this.lock;
    const reason = lost.aborted ? `The lock on backups was lost (${causeOf(lost.reason)})` : withoutRotation(problem);
    const saved =
      this.safety.length > 0 ? this.safety.map(({ path }) => path).join(' and ') : `the database ${this.aside}`;
    return new SwappedError(
      `The database ${this.plan.target} ${how}: ${reason}; ` +
        `${this.plan.discards ? '' : `what was replaced is in ${saved}, and `}${remedy}.`,
      { cause: problem },
    );
  }

  /** The newest file must be of today's history, wherever the restored one came from. */
  private async backUp(): Promise<Backup | null> {
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
