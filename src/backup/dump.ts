import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { OWN_TABLES } from '../database/own-tables';
import { endsComplete } from './catalogue';
import { diesWithUs } from './child-process';
import { findDumpProgram, type ClientProgram } from './client-program';
import { ClientFailure, ClientRun, type Watch } from './client-run';
import { CHUNK_BYTES, DumpReader } from './dump-reader';
import { ER_DB_ACCESS_DENIED, sqlErrno } from '../database/errors';
import { BackupError, isDiskFull } from './errors';
import type { DatabaseServer } from './server';
import type { Session } from './session';
import { snapshotOptions } from './snapshot-option';
import type { WorkFile } from './work-files';

const MIB = 2 ** 20;

/** What is known of a dump that is complete. */
export interface Dump {
  sqlBytes: number;
  sha256: string;
}

/** How a dump goes about it. */
interface Pace {
  /** Between two looks at a file that is read to its end: many small reads would cost more than they bring. */
  pollMs: number;
  /** What the program stands still between two looks, once it has gone on for a while. */
  restMs: number;
  /** What may wait to be synced. */
  unsyncedBytes: number;
}

/** For who waits for the end: a look every 10 ms, and syncs of 4 MiB, took a thirtieth of the time (bench/backup.mjs). */
const SWIFT: Pace = { pollMs: 100, restMs: 0, unsyncedBytes: 16 * MIB };
/**
 * At full speed requests waited for it (bench/busy.mjs: the 99th percentile was 1.8 times that of an idle server; with
 * rests 1.4 times). A database server on the same disk waits behind a sync with each commit.
 */
const GENTLE: Pace = { pollMs: 10, restMs: 8, unsyncedBytes: 4 * MIB };
const SHORT_MS = 500;

export interface DumpRequest extends Watch {
  session: Session;
  server: DatabaseServer;
  file: WorkFile;
  /** Leaves the machine to others half of the time, where a dump takes long. */
  gentle?: boolean;
  workDirectory: string;
  tag: string;
}

/**
 * Dumps the database into the file with the official client program, as of one moment and without locking a table.
 * Demands the program's success and its own word, in its last line, that the dump is complete.
 * @throws BackupError in one sentence: what failed and why
 */
export async function dumpDatabase(request: DumpRequest): Promise<Dump> {
  const { session, server, file, gentle = false, workDirectory, tag } = request;
  const program = await findDumpProgram(server.family);
  const { args: place, ...init } = await snapshotOptions(session, server, program);
  const args = dumpArguments(program, session.address.database, await mayReadEvents(session), place);
  // Where it would outlive us, it must write through us.
  const output = (await diesWithUs()) ? { output: file.handle.fd } : {};
  const run = await ClientRun.start(
    { program, address: session.address, args, workDirectory, tag, largeWrites: true, ...init, ...output },
    request,
  );
  const pace = gentle ? GENTLE : SWIFT;
  const reader = new DumpReader(file.handle, pace.unsyncedBytes);
  try {
    run.stdin.end();
    await untilWritten(run, file, reader, pace);
    const sha256 = await reader.finish();
    if (reader.bytes === 0) throw new BackupError(`The dump failed: ${program.name} printed nothing.`);
    if (!FIRST_LINE.test(reader.beginning)) {
      throw new BackupError(`The dump is cut off at its beginning: ${program.name} began with something else.`);
    }
    if (!endsComplete(reader.tail)) {
      throw new BackupError(`The dump is cut off: ${program.name} ended without saying that it is complete.`);
    }
    return { sqlBytes: reader.bytes, sha256 };
  } catch (error) {
    if (run.reasonForKill !== null) throw run.reasonForKill;
    if (isDiskFull(error) || (error instanceof ClientFailure && error.isDiskFull)) {
      throw BackupError.diskFull(workDirectory);
    }
    throw BackupError.from(error, `The dump could not be written to ${workDirectory}`);
  } finally {
    await run.discard();
    await reader.settle();
  }
}

/** Reads behind the program until it has ended well and everything that it wrote is read. */
async function untilWritten(run: ClientRun, { handle }: WorkFile, reader: DumpReader, pace: Pace): Promise<void> {
  const { pollMs } = pace;
  const restMs = run.writesItself ? pace.restMs : 0;
  let begun: number | null = null;
  const pumped = run.writesItself ? Promise.resolve() : pump(run.stdout, handle);
  const over = new AbortController();
  const end = Promise.all([run.succeeded('The dump failed'), pumped]).finally(() => {
    over.abort();
  });
  // Its failure is told where it is awaited at last.
  end.catch(() => undefined);
  while (!over.signal.aborted) {
    const read = await reader.readOn(false);
    if (read > 0) {
      run.alive();
      // Not from the start: until it writes, the program may keep all others from writing, to name the moment it is of.
      begun ??= performance.now();
    }
    if (read === CHUNK_BYTES) continue;
    await pause(pollMs, undefined, { signal: over.signal }).catch(() => undefined);
    if (restMs > 0 && begun !== null && performance.now() - begun > SHORT_MS) await run.rest(restMs);
  }
  await end;
  while ((await reader.readOn(true)) > 0);
}

/** By hand: a stream over the file would keep it from being closed. */
async function pump(output: Readable, handle: FileHandle): Promise<void> {
  for await (const chunk of output) {
    const { length } = chunk as Buffer;
    for (let done = 0; done < length;) {
      done += (await handle.write(chunk as Buffer, done, length - done)).bytesWritten;
    }
  }
}

function dumpArguments(program: ClientProgram, database: string, events: boolean, place: readonly string[]): string[] {
  return [
    '--single-transaction',
    '--quick',
    '--skip-lock-tables',
    '--skip-add-locks',
    '--routines',
    '--triggers',
    ...(events ? ['--events'] : []),
    '--hex-blob',
    '--no-tablespaces',
    '--comments',
    ...OWN_TABLES.map((table) => `--ignore-table=${database}.${table}`),
    ...place,
    ...(program.family === 'mysql' ? ['--set-gtid-purged=OFF', '--loose-column-statistics=0'] : []),
    '--',
    database,
  ];
}

/** "-- MariaDB dump 10.19 ..." and "-- MySQL dump 10.13 ...". */
const FIRST_LINE = /^-- \w+ dump /;

/** Without the right to see events the dump program fails; an account that has none to see needs none. */
async function mayReadEvents({ query, address }: Session): Promise<boolean> {
  try {
    await query('SHOW EVENTS FROM ??', [address.database]);
    return true;
  } catch (error) {
    if (sqlErrno(error) === ER_DB_ACCESS_DENIED) return false;
    throw BackupError.from(error, 'The database server refused to list its events');
  }
}
