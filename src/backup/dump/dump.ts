import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { endsComplete } from '../files/catalogue';
import { findDumpProgram, type ClientProgram } from '../client/client-program';
import { ClientRun, type Watch } from '../client/client-run';
import { BackupError, isDiskFull } from '../core/errors';
import type { DatabaseServer } from '../server/server-version';
import type { Session } from '../server/session';
import { snapshotOptions } from './binlog-coordinates';
import { dumpArguments } from './dump-options';
import { Pace } from './pace';
import type { WorkFile } from '../files/staging';

/** What is known of a dump that is complete. */
export interface Dump {
  sqlBytes: number;
  sha256: string;
}

interface DumpRequest extends Watch {
  session: Session;
  server: DatabaseServer;
  file: WorkFile;
  /** Leaves the machine to others half of the time, where a dump takes long. */
  gentle?: boolean;
  /** Leaves out all rows: only the definitions are wanted. */
  withoutRows?: boolean;
  /** Told, in one sentence, of each thing in the database that no dump program can put into the file. */
  warn?: (message: string) => void;
  workDirectory: string;
  tag: string;
}

/**
 * Dumps the database into the file with the official client program, as of one moment and without locking a table.
 * Demands the program's success and its own word, in its last line, that the dump is complete.
 * @throws BackupError in one sentence: what failed and why
 */
export async function dumpDatabase(request: DumpRequest): Promise<Dump> {
  const { session, server, file, gentle = false, workDirectory, tag, warn = () => undefined } = request;
  const program = await findDumpProgram(server.family);
  const { args: place, ...init } = await snapshotOptions(session, server, program);
  const rows = request.withoutRows === true ? ['--no-data'] : [];
  const options = await dumpArguments(program, session, warn);
  const args = [...options, ...rows, ...place, '--', session.address.database];
  const run = await ClientRun.start(
    { program, address: session.address, args, workDirectory, tag, largeWrites: true, ...init },
    request,
  );
  try {
    run.stdin.end();
    const written = await store(run, file.handle, gentle);
    await run.succeeded('The dump failed');
    refuseIncomplete(written, program);
    return { sqlBytes: written.bytes, sha256: written.sha256 };
  } catch (error) {
    if (run.reasonForKill !== null) throw run.reasonForKill;
    if (isDiskFull(error)) throw BackupError.diskFull(workDirectory);
    throw BackupError.from(error, `The dump could not be written to ${workDirectory}`);
  } finally {
    await run.discard();
  }
}

/** Bytes that may wait to be synced: all of them at the end would take as long as half the dump. */
const UNSYNCED_BYTES = 4 * 2 ** 20;
/** Holds the first lines, and the last. */
const EDGE_BYTES = 1024;

interface Written {
  bytes: number;
  sha256: string;
  beginning: string;
  tail: Buffer;
}

/**
 * Writes what the program prints into the file. The program waits for us where we wait for the disk or rest, and the
 * database server waits for the program.
 */
async function store(run: ClientRun, handle: FileHandle, gentle: boolean): Promise<Written> {
  const hash = createHash('sha256');
  const pace = gentle ? new Pace() : null;
  let beginning = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  let bytes = 0;
  let unsynced = 0;
  let syncing = Promise.resolve();
  for await (const each of run.stdout) {
    const chunk = each as Buffer;
    run.alive();
    hash.update(chunk);
    await handle.writeFile(chunk);
    bytes += chunk.length;
    unsynced += chunk.length;
    if (beginning.length < EDGE_BYTES) beginning = Buffer.concat([beginning, chunk.subarray(0, EDGE_BYTES)]);
    tail = Buffer.concat([tail, chunk.subarray(-EDGE_BYTES)]).subarray(-EDGE_BYTES);
    if (unsynced >= UNSYNCED_BYTES) {
      // The system tells only once of bytes that it could not write, so each sync is awaited.
      await syncing;
      syncing = handle.datasync();
      syncing.catch(() => undefined);
      unsynced = 0;
    }
    await pace?.took(chunk.length);
  }
  await syncing;
  return { bytes, sha256: hash.digest('hex'), beginning: beginning.toString('latin1'), tail };
}

/**
 * The official program's first lines: "-- MariaDB dump 10.19 ..." or "-- MySQL dump 10.13 ...". MariaDB's has before it
 * the line that switches its client to the sandbox mode; MySQL's client takes that line for a comment.
 */
const FIRST_LINES = /^(?:\/\*M?!999999\\- enable the sandbox mode \*\/[ \t]*\r?\n)?-- \w+ dump /;

function refuseIncomplete({ bytes, beginning, tail }: Written, { name }: ClientProgram): void {
  if (bytes === 0) throw new BackupError(`The dump failed: ${name} printed nothing.`);
  if (!FIRST_LINES.test(beginning)) {
    throw new BackupError(`The dump is cut off at its beginning: ${name} began with something else.`);
  }
  if (endsComplete(tail)) return;
  throw new BackupError(`The dump is cut off: ${name} ended without saying that it is complete.`);
}
