import type { ClientProgram } from './client-program';
import type { Query } from './ledger';
import type { DatabaseServer } from './server';
import type { Session } from './session';

/** How long writers may be held up, at most, for the moment of a MySQL server's dump. */
const HOLD_UP_SECONDS = 2;

/** What makes a dump program note the place of its moment in the binary log. */
export interface SnapshotOptions {
  args: string[];
  initCommand?: string;
}

const NONE: SnapshotOptions = { args: [] };

/**
 * How to learn, from the dump program's comments, where in the binary log the dump's moment lies; nothing where that
 * cannot be had. MariaDB knows the place without a lock. MySQL tells it to whoever stops all writers for that moment, for
 * which the account needs RELOAD and REPLICATION CLIENT; where somebody's long statement is in the way we do without,
 * since everybody else would wait for it behind us.
 */
export async function snapshotOptions(
  { query }: Session,
  server: DatabaseServer,
  program: ClientProgram,
): Promise<SnapshotOptions> {
  if (program.family !== server.family || !(await hasBinaryLog(query))) return NONE;
  if (server.family === 'mariadb') return { args: ['--master-data=2', '--gtid'] };
  if (!(await canStopWriters(query))) return NONE;
  return { args: ['--source-data=2'], initCommand: `SET SESSION lock_wait_timeout = ${HOLD_UP_SECONDS}` };
}

async function hasBinaryLog(query: Query): Promise<boolean> {
  const [row] = await query('SELECT @@log_bin AS enabled');
  return Number(row?.enabled) === 1;
}

async function canStopWriters(query: Query): Promise<boolean> {
  const [before] = await query('SELECT @@lock_wait_timeout AS seconds');
  try {
    // Its name in MySQL 8.0.
    await query('SHOW BINARY LOG STATUS').catch(() => query('SHOW MASTER STATUS'));
    await query(`SET SESSION lock_wait_timeout = ${HOLD_UP_SECONDS}`);
    await query('FLUSH TABLES WITH READ LOCK');
    await query('UNLOCK TABLES');
    return true;
  } catch {
    return false;
  } finally {
    await query(`SET SESSION lock_wait_timeout = ${Number(before?.seconds)}`).catch(() => undefined);
  }
}
