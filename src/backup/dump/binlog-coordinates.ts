import type { ClientProgram } from '../client/client-program';
import type { Query } from '../../database/connection/query';
import type { DatabaseServer } from '../server/server-version';
import type { Session } from '../server/session';

/** How long writers may be held up, at most, for the moment of a MySQL server's dump. */
const HOLD_UP_SECONDS = 2;

/** What makes a dump program note the place of its moment in the binary log. */
interface SnapshotOptions {
  args: string[];
  initCommand?: string;
}

const NONE: SnapshotOptions = { args: [] };

/**
 * How to learn, from the dump program's comments, where in the binary log the dump's moment lies; nothing where that
 * cannot be had. MariaDB knows the place without a lock. MySQL tells it to a session that stops all writers for that moment, for
 * which the account needs RELOAD and REPLICATION CLIENT; where somebody's long statement is in the way we do without,
 * since everybody else would wait for it behind us.
 */
export async function snapshotOptions(
  { query }: Session,
  server: DatabaseServer,
  program: ClientProgram,
): Promise<SnapshotOptions> {
  if (program.family !== server.family || !(await hasBinaryLog(query))) return NONE;
  if (server.family === 'mariadb') return (await tellsPlace(query)) ? { args: ['--master-data=2', '--gtid'] } : NONE;
  if (!(await canStopWriters(query))) return NONE;
  return { args: ['--source-data=2'], initCommand: `SET SESSION lock_wait_timeout = ${HOLD_UP_SECONDS}` };
}

async function hasBinaryLog(query: Query): Promise<boolean> {
  const [row] = await query('SELECT @@log_bin AS enabled');
  return Number(row?.enabled) === 1;
}

/**
 * What the dump program asks: where the log holds an event that is longer than the server's max_allowed_packet now, the
 * answer is NULL, and the program crashes.
 */
async function tellsPlace(query: Query): Promise<boolean> {
  const rows = await query("SHOW STATUS LIKE 'binlog_snapshot_%'");
  const of = (name: string): string =>
    String(rows.find((row) => row.Variable_name === `Binlog_snapshot_${name}`)?.Value);
  const [row] = await query('SELECT BINLOG_GTID_POS(?, ?) AS gtid', [of('file'), Number(of('position'))]);
  return typeof row?.gtid === 'string';
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
