import { randomInt } from 'node:crypto';
import { findBinaryLogProgram } from '../client/client-program';
import { ClientRun } from '../client/client-run';
import type { ClientFamily } from '../client/option-file';
import type { Query } from '../../database/connection/query';
import type { Session } from '../server/session';
import { LOG_TEXT_ARGUMENTS } from './decode/decode-log';
import type { LogPlace } from './decode/transaction';

/** Nobody numbers replicas that high by hand: of two with the same number the server ends the older one. */
const LEAST_SERVER_ID = 2 ** 31;
const GREATEST_SERVER_ID = 2 ** 32 - 1;

/** How each family's program calls the number that it has at the server. */
const SERVER_ID: Readonly<Record<ClientFamily, string>> = {
  mariadb: '--stop-never-slave-server-id',
  mysql: '--connection-server-id',
};

interface LogProgramRequest {
  session: Session;
  family: ClientFamily;
  from: LogPlace;
  workDirectory: string;
  tag: string;
  /** Ends it when aborted. */
  signal: AbortSignal;
}

/**
 * Starts the official program that prints the server's binary log, from that place on and on, as text. It is silent for
 * as long as nothing is committed.
 * @throws BackupError where it is missing or cannot be started
 */
export async function startLogProgram(request: LogProgramRequest): Promise<ClientRun> {
  const { session, family, from, workDirectory, tag, signal } = request;
  const program = await findBinaryLogProgram(family);
  const args = [
    '--read-from-remote-server',
    '--stop-never',
    `${SERVER_ID[family]}=${randomInt(LEAST_SERVER_ID, GREATEST_SERVER_ID)}`,
    `--start-position=${from.offset}`,
    // Not --database: its filter lets a change of our tables through unseen, where it came from another database.
    ...LOG_TEXT_ARGUMENTS[family],
    from.file,
  ];
  const watch = { signal, stallMs: SILENCE_MS, isAtWork: () => Promise.resolve(true) };
  return ClientRun.start({ program, address: session.address, args, workDirectory, tag }, watch);
}

const SILENCE_MS = 3_600_000;

/** Whether the server still has its log from that place on. @throws where it does not answer */
export async function isPlaceThere(query: Query, family: ClientFamily, { file, offset }: LogPlace): Promise<boolean> {
  if (family === 'mariadb') {
    const [row] = await query('SELECT BINLOG_GTID_POS(?, ?) AS gtid', [file, offset]);
    return typeof row?.gtid === 'string';
  }
  try {
    await query(`SHOW BINLOG EVENTS IN ? FROM ${offset} LIMIT 1`, [file]);
    return true;
  } catch {
    await query('SELECT 1');
    return false;
  }
}
