import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { once } from 'node:events';
import { findRestoreProgram } from './client-program';
import { ClientFailure, ClientRun, type Watch } from './client-run';
import type { Dump } from './dump';
import { BackupError, reasonOf, sqlErrno } from './errors';
import { contains, type Ledger, type OperationMark } from './ledger';
import { withScratchDatabase, type ScratchDatabase } from './scratch';
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
 * @throws NoRightToVerify where the account may not; BackupError with the first thing wrong
 */
export async function verifyByRestore(request: VerifyRequest): Promise<Verification> {
  const { session, ledger, mark } = request;
  try {
    return await withScratchDatabase(session, request.lost, async (scratch) => {
      await restoreInto(scratch, request);
      const violations = await ledger.audit(scratch.query);
      if (violations.length > 0) throw await unsound(violations, ledger, session);
      if (!(await contains(ledger, scratch.query, mark))) {
        throw new BackupError(
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

async function restoreInto(scratch: ScratchDatabase, request: VerifyRequest): Promise<void> {
  const { server, file, dump, workDirectory, tag } = request;
  const program = await findRestoreProgram(server.family);
  const initCommand = scratch.unlogged ? { initCommand: 'SET SESSION sql_log_bin = 0' } : {};
  const run = await ClientRun.start(
    { program, address: scratch.address, args: ['--batch', '--', scratch.name], workDirectory, tag, ...initCommand },
    request,
  );
  try {
    run.stdout.resume();
    const sha256 = await feed(file, dump.sqlBytes, run);
    await run.succeeded('The dump does not restore');
    if (sha256 !== dump.sha256) {
      throw new BackupError(
        `The dump was damaged on the disk: reading ${file} back gave other bytes than were written.`,
      );
    }
  } finally {
    await run.discard();
  }
}

/**
 * Sends the file's SQL to the program and returns its SHA-256 as read. The program gets it through us, not as an open
 * file: it ends when we do, and cannot restore on into a database that nobody waits for.
 */
async function feed(file: string, bytes: number, run: ClientRun): Promise<string> {
  const hash = createHash('sha256');
  const { stdin } = run;
  for await (const chunk of createReadStream(file, { end: bytes - 1, highWaterMark: 256 * 1024 })) {
    hash.update(chunk as Buffer);
    // Gone: its exit status tells why.
    if (!stdin.writable) break;
    if (!stdin.write(chunk)) await Promise.race([once(stdin, 'drain'), once(stdin, 'close')]).catch(() => undefined);
    run.alive();
  }
  stdin.end();
  return hash.digest('hex');
}

/** Says whether the live ledger breaks the same rule: then the fault is not the backup's. */
async function unsound(violations: string[], ledger: Ledger, live: Session): Promise<BackupError> {
  const [first = ''] = violations;
  const inLive = await ledger.audit(live.query);
  return inLive.includes(first)
    ? new BackupError(`The live database is not sound, so no backup of it counts: ${reasonOf(first)}.`)
    : new BackupError(`The restored copy is not sound: ${reasonOf(first)}.`);
}

/** Access to the database, its tables or routines denied; a privilege missing; SUPER missing under a binary log. */
const RIGHTS = new Set([1044, 1045, 1142, 1143, 1227, 1370, 1419]);

function lacksRight(error: unknown): boolean {
  if (error instanceof ClientFailure) return error.sqlErrors.some((number) => RIGHTS.has(number));
  const errno = sqlErrno(error);
  return errno !== undefined && RIGHTS.has(errno);
}
