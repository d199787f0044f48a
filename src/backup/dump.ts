import { endsComplete } from './catalogue';
import { findDumpProgram, type ClientProgram } from './client-program';
import { ClientRun, type Watch } from './client-run';
import { DumpWriter } from './dump-writer';
import { BackupError, isDiskFull, sqlErrno } from './errors';
import type { DatabaseServer } from './server';
import type { Session } from './session';
import type { WorkFile } from './work-files';

/** What is known of a dump that is complete. */
export interface Dump {
  sqlBytes: number;
  sha256: string;
}

export interface DumpRequest extends Watch {
  session: Session;
  server: DatabaseServer;
  file: WorkFile;
  workDirectory: string;
  tag: string;
}

/**
 * Dumps the database into the file with the official client program, as of one moment and without locking a table.
 * Demands the program's success and its own word, in its last line, that the dump is complete.
 * @throws BackupError in one sentence: what failed and why
 */
export async function dumpDatabase(request: DumpRequest): Promise<Dump> {
  const { session, server, file, workDirectory, tag } = request;
  const program = await findDumpProgram(server.family);
  const args = dumpArguments(program, session.address.database, {
    events: await mayReadEvents(session),
    position: server.family === 'mariadb' && (await hasBinaryLog(session)),
  });
  const run = await ClientRun.start({ program, address: session.address, args, workDirectory, tag }, request);
  const writer = new DumpWriter(file.handle);
  try {
    run.stdin.end();
    for await (const chunk of run.stdout) {
      run.alive();
      await writer.write(chunk as Buffer);
    }
    const sha256 = await writer.finish();
    await run.succeeded('The dump failed');
    if (writer.bytes === 0) throw new BackupError(`The dump failed: ${program.name} printed nothing.`);
    if (!FIRST_LINE.test(writer.beginning)) {
      throw new BackupError(`The dump is cut off at its beginning: ${program.name} began with something else.`);
    }
    if (!endsComplete(writer.tail)) {
      throw new BackupError(`The dump is cut off: ${program.name} ended without saying that it is complete.`);
    }
    return { sqlBytes: writer.bytes, sha256 };
  } catch (error) {
    if (run.reasonForKill !== null) throw run.reasonForKill;
    if (isDiskFull(error)) throw BackupError.diskFull(workDirectory);
    throw BackupError.from(error, `The dump could not be written to ${workDirectory}`);
  } finally {
    await run.discard();
  }
}

function dumpArguments(
  program: ClientProgram,
  database: string,
  { events, position }: { events: boolean; position: boolean },
): string[] {
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
    // As comments: where in the binary log the dump's moment lies. MariaDB knows that without a lock.
    ...(position && program.family === 'mariadb' ? ['--master-data=2', '--gtid'] : []),
    ...(program.family === 'mysql' ? ['--set-gtid-purged=OFF', '--loose-column-statistics=0'] : []),
    '--',
    database,
  ];
}

async function hasBinaryLog({ query }: Session): Promise<boolean> {
  const [row] = await query('SELECT @@log_bin AS enabled');
  return Number(row?.enabled) === 1;
}

/** "-- MariaDB dump 10.19 ..." and "-- MySQL dump 10.13 ...". */
const FIRST_LINE = /^-- \w+ dump /;

const ER_DBACCESS_DENIED = 1044;

/** Without the right to see events the dump program fails; an account that has none to see needs none. */
async function mayReadEvents({ query, address }: Session): Promise<boolean> {
  try {
    await query('SHOW EVENTS FROM ??', [address.database]);
    return true;
  } catch (error) {
    if (sqlErrno(error) === ER_DBACCESS_DENIED) return false;
    throw BackupError.from(error, 'The database server refused to list its events');
  }
}
