import { BackupError, BackupStopped } from '../errors';
import { BackupLock } from '../lock';
import { BackupLog } from '../log';
import { dropScratchLitter } from '../scratch';
import { readServer } from '../server';
import { openSession, type Session } from '../session';
import { clearWorkFiles, prepareFolders, workTag } from '../work-files';
import { STALL_MS, type RestoreContext, type RestoreDependencies } from './context';
import { planRestore, type PlanRequest, type RestorePlan } from './plan';
import { nameOfFile } from './plan-text';
import { settleReplaced } from './replaced';
import { RestoreRun, type RestoreOutcome } from './restore-run';

/** Somebody asked the restore to end. */
export class RestoreStopped extends BackupError {
  constructor() {
    super('The restore was stopped: the live database is as it was.');
  }
}

/**
 * Restores as planned, if `confirm` agrees to the plan. Everything is done and checked in a database beside the live one,
 * which then takes its place at once; whatever fails before, the live one stays as it was.
 * @returns null where `confirm` did not agree
 * @throws BackupError in one sentence
 */
export async function restore(
  dependencies: RestoreDependencies,
  request: Omit<PlanRequest, 'knownSchemas'>,
  confirm: (plan: RestorePlan) => Promise<boolean>,
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
    return await underLock(dependencies, log, plan);
  } catch (error) {
    if (signal?.aborted === true && !isTooLate(error)) throw new RestoreStopped();
    throw BackupError.from(error, 'The restore failed');
  } finally {
    session.close();
  }
}

async function underLock(
  dependencies: RestoreDependencies,
  log: BackupLog,
  plan: RestorePlan,
): Promise<RestoreOutcome> {
  const { settings, address, signal, onProgress } = dependencies;
  onProgress?.('Waiting for a backup that runs', null);
  const lock = await BackupLock.acquire(address, signal === undefined ? {} : { signal });
  try {
    const session = await openSession(lock.address, { signal: lock.lost });
    try {
      const stop = signal === undefined ? lock.lost : AbortSignal.any([lock.lost, signal]);
      const context = await contextOf(dependencies, session, log, stop);
      await dependencies.onStep?.('locked');
      log.info(`Restore begins: ${nameOfFile(plan)} into ${plan.target}.`);
      await clearWorkFiles(settings.workDirectory, context.tag);
      await dropScratchLitter(session);
      await settleReplaced(context);
      const outcome = await new RestoreRun(dependencies, context, lock, plan).execute();
      log.info(`Restored ${plan.target}: operations up to ${outcome.lastOperation}.`);
      return outcome;
    } catch (error) {
      const failure: unknown = lock.lost.aborted ? lock.lost.reason : error;
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

function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new BackupStopped();
}

/** What went wrong after the swap must be told as it is. */
function isTooLate(error: unknown): boolean {
  return error instanceof BackupError && error.message.startsWith('The database is restored');
}
