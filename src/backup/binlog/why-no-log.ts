import { sqlErrno } from '../../database/connection/errors';
import type { Query } from '../../database/connection/query';
import { findBinaryLogProgram } from '../client/client-program';
import { reasonOf } from '../core/errors';
import { readServer } from '../server/server-version';
import { lacksRight } from '../server/sql-rights';
import { REPLAY_RIGHTS } from './replay';

const DAY_S = 86_400;

const SETTINGS = [
  'log_bin',
  'binlog_format',
  'binlog_row_image',
  'binlog_expire_logs_seconds',
  'binlog_expire_logs_auto_purge',
  'expire_logs_days',
  'max_binlog_total_size',
  'wsrep_on',
];

/**
 * Why no retention may count on the server's binary log to lead from a backup to what came after it, and what would change
 * that, in one sentence; null where it may. A log that goes before the reach is over is none: what leads there then has to
 * have stayed before.
 * @param neededMs for how long the log must stay
 */
export async function whyNoLog(query: Query, neededMs: number): Promise<string | null> {
  const rows = await query('SHOW GLOBAL VARIABLES WHERE Variable_name IN (?)', [SETTINGS]);
  const of = new Map(rows.map((row) => [String(row.Variable_name), String(row.Value)]));
  if (of.get('log_bin') !== 'ON') {
    return 'The database server keeps no binary log, so each operation needs a file of its own: set log_bin, and binlog_format=ROW.';
  }
  if (of.get('binlog_format') !== 'ROW') {
    return `The binary log of the database server does not hold rows (${of.get('binlog_format')}), so each operation needs a file of its own: set binlog_format=ROW.`;
  }
  const image = of.get('binlog_row_image') ?? 'FULL';
  if (image !== 'FULL') {
    return `The binary log of the database server does not hold whole rows (${image}), so each operation needs a file of its own: set binlog_row_image=FULL.`;
  }
  if (of.get('wsrep_on') === 'ON') {
    return 'Each node of a cluster has a binary log of its own, which goes with it, so each operation needs a file of its own.';
  }
  const stays = staysSeconds(of);
  const needed = Math.ceil(neededMs / 1000);
  if (stays < needed) {
    return (
      `The binary log of the database server goes after ${days(stays)}, so each operation needs a file of its own: set ` +
      `binlog_expire_logs_seconds to ${needed} (${days(needed)}) or more, or BACKUP_REACH lower.`
    );
  }
  if (Number(of.get('max_binlog_total_size') ?? 0) > 0) {
    return 'The binary log of the database server goes by its size (max_binlog_total_size), so each operation needs a file of its own: set that to 0.';
  }
  const { family } = await readServer(query);
  if (!(await mayReplay(query))) {
    return (
      `The database account may not replay the binary log, so each operation needs a file of its own: grant it ` +
      `${REPLAY_RIGHTS[family]} and REPLICATION SLAVE.`
    );
  }
  try {
    await findBinaryLogProgram(family);
    return null;
  } catch (error) {
    return `Each operation needs a file of its own: ${reasonOf(error)}.`;
  }
}

/** For how long the log stays; Infinity where it is never removed by the server. */
function staysSeconds(of: ReadonlyMap<string, string>): number {
  if (of.get('binlog_expire_logs_auto_purge') === 'OFF') return Infinity;
  const seconds = Number(of.get('binlog_expire_logs_seconds') ?? 0);
  const chosen = seconds > 0 ? seconds : Number(of.get('expire_logs_days') ?? 0) * DAY_S;
  return chosen > 0 ? chosen : Infinity;
}

function days(seconds: number): string {
  const count = Math.round((seconds / DAY_S) * 10) / 10;
  return `${count} ${count === 1 ? 'day' : 'days'}`;
}

/** An empty statement is refused either way: for the lack of the right first, and changes nothing. */
async function mayReplay(query: Query): Promise<boolean> {
  try {
    await query("BINLOG ''");
    return true;
  } catch (error) {
    if (sqlErrno(error) === undefined) throw error;
    return !lacksRight(error);
  }
}
