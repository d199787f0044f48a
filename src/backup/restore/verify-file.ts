import type { Backup } from '../catalogue';
import { ClientFailure } from '../client-run';
import { BackupError, UnsoundBackup } from '../errors';
import { inspectFile } from '../inspect';
import { BackupLock } from '../lock';
import { dropScratchLitter } from '../scratch';
import { readServer } from '../server';
import { openSession } from '../session';
import { NoRightToVerify, verifyByRestore } from '../verify';
import { prepareFolders, workTag } from '../work-files';
import { STALL_MS, type RestoreDependencies } from './context';
import { pendingMigrations } from './plan';

type VerifyDependencies = Pick<
  RestoreDependencies,
  'settings' | 'address' | 'ledger' | 'knownSchemas' | 'signal' | 'stallMs'
>;

/**
 * Reads a backup whole, restores it into a scratch database, audits that and compares it with what the file says of
 * itself. Waits for a backup that runs.
 * @returns what the file says, its newest operation included
 * @throws UnsoundBackup with the first thing wrong; BackupError where it could not be judged
 */
export async function verifyFile(dependencies: VerifyDependencies, file: string): Promise<Backup> {
  const { settings, address, ledger, knownSchemas, signal, stallMs = STALL_MS } = dependencies;
  const backup = await inspectFile(file);
  pendingMigrations(backup, knownSchemas);
  await prepareFolders(settings);
  const lock = await BackupLock.acquire(address, signal === undefined ? {} : { signal });
  try {
    const session = await openSession(lock.address, { signal: lock.lost });
    try {
      await dropScratchLitter(session);
      const copy = await verifyByRestore({
        session,
        server: await readServer(session.query),
        ledger,
        file: backup.path,
        dump: backup,
        mark: backup.lastOperation,
        workDirectory: settings.workDirectory,
        tag: workTag(address.database),
        lost: lock.lost,
        stallMs,
        signal: signal === undefined ? lock.lost : AbortSignal.any([lock.lost, signal]),
      });
      refuseOther(backup, copy);
      return backup;
    } catch (error) {
      if (isFilesFault(error)) throw new UnsoundBackup(error.message, { cause: error });
      if (!(error instanceof NoRightToVerify)) throw error;
      throw new BackupError(
        `The database account ${address.user} may not restore into a scratch database (${error.message}).`,
        { cause: error },
      );
    } finally {
      session.close();
    }
  } finally {
    await lock.release();
  }
}

/** What a server says of statements that no server would take: of syntax, names, keys and values. */
const STATEMENT_ERRORS = new Set([1054, 1060, 1061, 1062, 1064, 1136, 1146, 1215, 1264, 1292, 1366, 1406, 1452]);

function isFilesFault(error: unknown): error is ClientFailure {
  return error instanceof ClientFailure && error.sqlErrors.some((number) => STATEMENT_ERRORS.has(number));
}

function refuseOther(
  { path, lastOperation, schemaVersion, verifiedAt, safety }: Backup,
  copy: Pick<Backup, 'lastOperation' | 'schemaVersion'>,
): void {
  // Until it was restored once, a file knows the least that it holds.
  const isExact = verifiedAt !== null && safety !== true;
  if (isExact && copy.lastOperation.uid !== lastOperation.uid) {
    throw new UnsoundBackup(
      `${path} ends with operation ${copy.lastOperation.number}, but says that it ends with ${lastOperation.number}.`,
    );
  }
  if (isExact && copy.schemaVersion !== schemaVersion) {
    throw new UnsoundBackup(`${path} has the schema ${copy.schemaVersion}, but says that it has ${schemaVersion}.`);
  }
}
