import { createInterface } from 'node:readline';
import { findBinaryLogProgram } from '../client/client-program';
import { ClientRun, type Watch } from '../client/client-run';
import { BackupError, reasonOf } from '../core/errors';
import { OWN_TABLES } from '../../database/connection/own-tables';
import { readServer } from '../server/server-version';
import type { Session } from '../server/session';
import { BinaryLogParser, type LogEvent } from './binary-log-parser';
import type { LogPlace } from './binlog-position';

interface ReadLogRequest extends Watch {
  session: Session;
  workDirectory: string;
  tag: string;
  /** Where to begin. */
  from: LogPlace;
  /** `look`: what happened, with the rows of the watched table. `copy`: the row events, turned towards another schema. */
  purpose: { kind: 'look'; watch: string } | { kind: 'copy'; schema: string };
}

/** As the statement stands that makes one of them, which is logged as it was sent. */
const MAKES_OWN_TABLE = new RegExp(`^CREATE TABLE IF NOT EXISTS (?:${OWN_TABLES.join('|')})\\s`);

/**
 * Reads the server's binary log from a place to its end with the official client program; stop reading any time. The
 * tables that are no part of the pool are left out.
 * @throws BackupError where the program is missing or the server refuses
 */
export async function* readBinaryLog(request: ReadLogRequest): AsyncGenerator<LogEvent> {
  const { session, workDirectory, tag, from, purpose } = request;
  const { family } = await readServer(session.query);
  const program = await findBinaryLogProgram(family);
  const live = session.address.database;
  const args = [
    '--read-from-remote-server',
    '--to-last-log',
    `--start-position=${from.position}`,
    ...(purpose.kind === 'look'
      ? ['--verbose', '--base64-output=decode-rows']
      : // MariaDB's program picks the database by its old name, MySQL's by its new one.
        [`--database=${family === 'mariadb' ? live : purpose.schema}`, `--rewrite-db=${live}->${purpose.schema}`]),
    from.log,
  ];
  const run = await ClientRun.start({ program, address: session.address, args, workDirectory, tag }, request);
  const parser = new BinaryLogParser(from.log, purpose.kind === 'look' ? purpose.watch : null);
  try {
    run.stdin.end();
    const { stdout } = run;
    // It would wait for ever for the lines of a program that is over and has said nothing.
    const lines = stdout.readable ? createInterface({ input: stdout, crlfDelay: Infinity }) : [];
    for await (const line of lines) {
      run.alive();
      for (const event of parser.read(line)) if (!isOfOwnTables(event)) yield event;
    }
    await run.succeeded('The binary log could not be read').catch((error: unknown) => {
      throw tooOld(error, program.name) ?? error;
    });
  } finally {
    await run.discard();
  }
}

/** A program of MariaDB 10 reads no log of MariaDB 11, and does not say what that means. */
function tooOld(error: unknown, program: string): BackupError | null {
  const version = /unrecognized \w+ version '([\d.]+)/.exec(reasonOf(error))?.[1];
  if (version === undefined) return null;
  return new BackupError(
    `The program ${program} is too old for the server's version ${version}: install the client programs of that version.`,
    { cause: error },
  );
}

function isOfOwnTables(event: LogEvent): boolean {
  switch (event.kind) {
    case 'touch':
      return isOwnTable(event.table);
    case 'rows':
      // Those without any describe the log itself.
      return event.tables.length > 0 && event.tables.every(isOwnTable);
    case 'statement':
      return MAKES_OWN_TABLE.test(event.text);
    default:
      return false;
  }
}

/** @param table `a`.`b` */
function isOwnTable(table: string): boolean {
  return OWN_TABLES.some((own) => table.endsWith(`.\`${own}\``));
}
