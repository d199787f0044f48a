import { auditCopy } from './audit-copy';
import { ClientFailure, type Watch } from './client-run';
import type { Dump } from './dump';
import { sqlErrno } from '../database/errors';
import { BackupError, reasonOf, UnsoundBackup } from './errors';
import { contains, type Ledger, type OperationMark } from './ledger';
import { loadDump } from './load-dump';
import { orFullDisk } from './room';
import { withScratchDatabase } from './scratch';
import type { DatabaseServer } from './server';
import type { Session } from './session';

export interface VerifyRequest extends Watch {
  session: Session;
  server: DatabaseServer;
  ledger: Ledger;
  /** The path of the dump; its first `dump.sqlBytes` bytes are restored. */
  file: string;
  dump: Dump;
  /** The operation that the dump must contain at least. */
  mark: OperationMark;
  workDirectory: string;
  tag: string;
  /** Aborted when the lock on backups is lost. */
  lost: AbortSignal;
}

export interface Verification {
  /** The newest operation of the restored copy: exactly what the file contains. */
  lastOperation: OperationMark;
  schemaVersion: string;
}

/** The database account lacks a right that a test restore needs; the message names it. */
export class NoRightToVerify extends BackupError {}

/**
 * Restores the file from the disk into a scratch database with the stock client, audits the copy, and finds in it the
 * operation that it was made for.
 * @throws NoRightToVerify where the account may not; UnsoundBackup with the first thing wrong; BackupError
 * where it could not be judged
 */
export async function verifyByRestore(request: VerifyRequest): Promise<Verification> {
  const { session, ledger, mark } = request;
  try {
    return await withScratchDatabase(session, request.lost, async (scratch) => {
      try {
        await loadDump({ ...request, address: scratch.address, initCommand: scratch.initCommand });
      } catch (error) {
        // Now: once the copy is dropped, there is room again.
        throw lacksRight(error) ? error : await orFullDisk(session, error);
      }
      const violations = await auditCopy(ledger, scratch, request.lost);
      if (violations.length > 0) throw await unsound(violations, ledger, session);
      if (!(await contains(ledger, scratch.query, mark))) {
        throw new UnsoundBackup(
          `The dump does not contain operation ${mark.number}, which was committed before it began.`,
        );
      }
      return {
        lastOperation: await ledger.newestOperation(scratch.query),
        schemaVersion: await ledger.schemaVersion(scratch.query),
      };
    });
  } catch (error) {
    if (lacksRight(error)) throw new NoRightToVerify(reasonOf(error));
    throw BackupError.from(error, 'The test restore failed');
  }
}

/** Says whether the live ledger breaks the same rule: then the fault is not the backup's. */
async function unsound(violations: string[], ledger: Ledger, live: Session): Promise<BackupError> {
  const [first = ''] = violations;
  const inLive = await ledger.audit(live.query);
  return inLive.includes(first)
    ? new UnsoundBackup(`The live database is not sound, so no backup of it counts: ${reasonOf(first)}.`)
    : new UnsoundBackup(`The restored copy is not sound: ${reasonOf(first)}.`);
}

/** Access to the database, its tables or routines denied; a privilege missing; SUPER missing under a binary log. */
const RIGHTS = new Set([1044, 1045, 1142, 1143, 1227, 1370, 1419]);

export function lacksRight(error: unknown): boolean {
  if (error instanceof ClientFailure) return error.sqlErrors.some((number) => RIGHTS.has(number));
  const errno = sqlErrno(error);
  return errno !== undefined && RIGHTS.has(errno);
}
