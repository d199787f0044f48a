import { createInterface } from 'node:readline';
import { findBinaryLogProgram } from '../client-program';
import { ClientRun, type Watch } from '../client-run';
import { readServer } from '../server';
import type { Session } from '../session';
import { BinaryLogParser, type LogEvent } from './binary-log-parser';
import type { LogPlace } from './position';

export interface ReadLogRequest extends Watch {
  session: Session;
  workDirectory: string;
  tag: string;
  /** Where to begin. */
  from: LogPlace;
  /** `look`: what happened, with the rows of the watched table. `copy`: the row events, turned towards another schema. */
  purpose: { kind: 'look'; watch: string } | { kind: 'copy'; schema: string };
}

/**
 * Reads the server's binary log from a place to its end with the official client program; stop reading any time.
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
    for await (const line of createInterface({ input: run.stdout, crlfDelay: Infinity })) {
      run.alive();
      yield* parser.read(line);
    }
    await run.succeeded('The binary log could not be read');
  } finally {
    await run.discard();
  }
}
