import { BackupError, BackupStopped } from '../errors';
import { BackupLock } from '../lock';
import { BackupLog } from '../log';
import { dropScratchLitter } from '../scratch';
import { readServer } from '../server';
import { openSession, type Session } from '../session';
import { clearWorkFiles, prepareFolders, workTag } from '../work-files';
import { STALL_MS, type RestoreContext, type RestoreDependencies } from './context';
import { isOutdated, planRestore, type PlanRequest, type RestorePlan } from './plan';
import { nameOfFile } from './plan-text';
import { settleReplaced } from './replaced';
import { RestoreRun, type RestoreOutcome } from './restore-run';
import { causeOf, SwappedError } from './swapped-error';

/** Somebody asked the restore to end. */
export class RestoreStopped extends BackupError {
  constructor() {
    super('The restore was stopped: the live database is as it was.');
  }
}

export interface RestoreRequest extends Omit<PlanRequest, 'knownSchemas'> {
  /**
   * A person agrees to the plan: where operations came or went meanwhile, nothing is done. Else it is planned anew, and
   * `confirm` is asked again.
   */
  onlyAsPlanned?: boolean;
}

type Confirm = (plan: RestorePlan) => Promise<boolean>;

/**
 * Restores as planned, if `confirm` agrees to the plan. Everything is done and checked in a database beside the live one,
 * which then takes its place at once; whatever fails before, the live one stays as it was.
 * @returns null where `confirm` did not agree
 * @throws BackupError in one sentence
 */
export async function restore(
  dependencies: RestoreDependencies,
  request: RestoreRequest,
  confirm: Confirm,
): Promise<RestoreOutcome | null> {
  const { settings, address, signal } = dependencies;
  const log = new BackupLog(settings.logFile, dependencies.now);
  await prepareFolders(settings);
  const session = await openSession(address, signal === undefined ? {} : { signal });
  try {
    const context = await contextOf(dependencies, session, log, signal);
    const plan = await planRestore(context, { ...request, knownSchemas: dependencies.knownSchemas });
    if (!(await confirm(plan))) return null;
    throwIfStopped(signal);
    session.close();
    return await underLock(dependencies, log, async (context) => {
      if (!(await isOutdated(context, plan))) return plan;
      if (request.onlyAsPlanned === true) throw new BackupError(changed(plan));
      const anew = await planRestore(context, { ...request, knownSchemas: dependencies.knownSchemas });
      return (await confirm(anew)) ? anew : null;
    });
  } catch (error) {
    if (signal?.aborted === true && !(error instanceof SwappedError)) throw new RestoreStopped();
    throw BackupError.from(error, 'The restore failed');
  } finally {
    session.close();
  }
}

async function underLock(
  dependencies: RestoreDependencies,
  log: BackupLog,
  planNow: (context: RestoreContext) => Promise<RestorePlan | null>,
): Promise<RestoreOutcome | null> {
  const { settings, address, signal, onProgress } = dependencies;
  onProgress?.('Waiting for a backup that runs', null);
  const lock = await BackupLock.acquire(address, signal === undefined ? {} : { signal });
  try {
    const session = await openSession(lock.address, { signal: lock.lost });
    try {
      const stop = signal === undefined ? lock.lost : AbortSignal.any([lock.lost, signal]);
      const context = await contextOf(dependencies, session, log, stop);
      await dependencies.onStep?.('locked');
      await clearWorkFiles(settings.workDirectory, context.tag);
      await dropScratchLitter(session);
      await settleReplaced(context);
      const plan = await planNow(context);
      if (plan === null) return null;
      log.info(`Restore begins: ${nameOfFile(plan)} into ${plan.target}.`);
      const outcome = await new RestoreRun(dependencies, context, lock, plan).execute();
      log.info(`Restored ${plan.target}: operations up to ${outcome.lastOperation}.`);
      return outcome;
    } catch (error) {
      const isLost = lock.lost.aborted && !(error instanceof SwappedError);
      const failure: unknown = isLost ? lockLost(lock.lost.reason) : error;
      log.warn(BackupError.from(failure, 'The restore failed').message);
      throw failure;
    } finally {
      session.close();
    }
  } finally {
    await lock.release();
  }
}

async function contextOf(
  { settings, ledger, stallMs = STALL_MS, now = () => new Date() }: RestoreDependencies,
  session: Session,
  log: BackupLog,
  signal: AbortSignal | undefined,
): Promise<RestoreContext> {
  return {
    settings,
    ledger,
    session,
    server: await readServer(session.query),
    log,
    workDirectory: settings.workDirectory,
    tag: workTag(session.address.database),
    stallMs,
    ...(signal === undefined ? {} : { signal }),
    now,
  };
}

function changed({ target }: RestorePlan): string {
  return (
    `The operations of ${target} changed after the plan was printed, so nothing was done: run it again and look at the ` +
    `new plan, or give --yes to restore whatever comes in meanwhile.`
  );
}

function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new BackupStopped();
}

function lockLost(reason: unknown): BackupError {
  return new BackupError(
    `The restore failed, as the lock on backups was lost (${causeOf(reason)}): the live database is as it was.`,
  );
}
