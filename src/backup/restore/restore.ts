import { BackupError, BackupStopped } from '../core/errors';
import { BackupLock } from '../server/backup-lock';
import { BackupLog } from '../core/log';
import { dropRestoreOrphans } from '../server/scratch-database';
import { readServer } from '../server/server-version';
import { openSession, type Session } from '../server/session';
import { clearWorkFiles, prepareFolders, workTag } from '../files/staging';
import { STALL_MS } from '../client/client-run';
import type { RestoreContext, RestoreDependencies } from './common/context';
import { isOutdated, planRestore, type PlanRequest, type RestorePlan } from './plan/plan';
import { nameOfFile } from './plan/plan-text';
import { settleReplaced } from './swap/replaced-schemas';
import { RestoreRun, type AcceptUnsound, type RestoreOutcome } from './restore-run';
import { causeOf, SwappedError } from './common/swapped-error';

/** Somebody asked the restore to end. */
export class RestoreStopped extends BackupError {
  constructor() {
    super('The restore was stopped: the live database is as it was.');
  }
}

interface RestoreRequest extends Omit<PlanRequest, 'knownSchemas'> {
  /**
   * A person agrees to the plan: where operations came or went meanwhile, nothing is done. Else it is planned again, and
   * `confirm` is asked again.
   */
  onlyAsPlanned?: boolean;
  /**
   * Asked where the check of the restored copy found something, before it takes the live one's place; without it nothing
   * unsound does.
   */
  acceptUnsound?: AcceptUnsound;
}

type Confirm = (plan: RestorePlan) => Promise<boolean>;
type PlanNow = (context: RestoreContext) => Promise<RestorePlan | null>;

/**
 * Restores as planned, if `confirm` agrees to the plan. Everything is done and checked in a database beside the live one,
 * which then takes its place at once; where anything fails before, the live one stays as it was.
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
    const planNow: PlanNow = async (context) => {
      if (!(await isOutdated(context, plan))) return plan;
      if (request.onlyAsPlanned === true) throw new BackupError(changed(plan));
      const newer = await planRestore(context, { ...request, knownSchemas: dependencies.knownSchemas });
      return (await confirm(newer)) ? newer : null;
    };
    return await underLock(dependencies, log, planNow, request.acceptUnsound ?? (() => Promise.resolve(false)));
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
  planNow: PlanNow,
  acceptUnsound: AcceptUnsound,
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
      const told = (left: string): void => {
        log.warn(left);
      };
      await clearWorkFiles(settings.workDirectory, context.tag, told);
      await dropRestoreOrphans(session, told);
      await settleReplaced(context).catch((error: unknown) => {
        if (stop.aborted) throw error;
        told(BackupError.from(error, 'What an interrupted restore replaced could not be saved').message);
      });
      const plan = await planNow(context);
      if (plan === null) return null;
      log.info(`Restore begins: ${nameOfFile(plan)} into ${plan.target}.`);
      const outcome = await new RestoreRun(dependencies, context, lock, plan, acceptUnsound).execute();
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
    `new plan, or give --yes to restore also where more comes in meanwhile.`
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
