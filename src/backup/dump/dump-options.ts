import type { ClientProgram } from '../client/client-program';
import { outputOf } from '../client/child-process';
import { BackupError, reasonOf } from '../core/errors';
import type { Session } from '../server/session';
import { ER_DB_ACCESS_DENIED, sqlErrno } from '../../database/connection/errors';
import { OWN_TABLES } from '../../database/connection/own-tables';

/** A view over something that is not there any more, or that its definer may not read any more. */
const ER_VIEW_INVALID = 1356;

/**
 * The options that make the dump program put all into the file that the database holds.
 * @param warn told of what the program cannot put there
 * @throws BackupError where the server does not tell what it holds, or would not give all of it
 */
export async function dumpArguments(
  program: ClientProgram,
  session: Session,
  warn: (message: string) => void,
): Promise<string[]> {
  const { database } = session.address;
  await refuseRowLimit(session);
  const leftOut = [...OWN_TABLES, ...(await invalidViews(session, warn))];
  return [
    '--single-transaction',
    '--quick',
    '--skip-lock-tables',
    '--skip-add-locks',
    '--routines',
    '--triggers',
    ...((await mayReadEvents(session)) ? ['--events'] : []),
    ...((await keepsHistory(program, session, warn)) ? ['--dump-history'] : []),
    '--hex-blob',
    '--no-tablespaces',
    '--comments',
    ...leftOut.map((name) => `--ignore-table=${database}.${name}`),
    ...(program.family === 'mysql' ? ['--set-gtid-purged=OFF', '--loose-column-statistics=0'] : []),
  ];
}

/** What servers have where nobody sets a limit. */
const NO_ROW_LIMIT = 18_446_744_073_709_551_615n;

/**
 * A server that limits the rows of each SELECT cuts a dump without a word: rows, and columns too. MariaDB's dump program
 * takes no statement that would lift the limit for its session.
 */
async function refuseRowLimit({ query }: Session): Promise<void> {
  const [row] = await query('SELECT @@GLOBAL.sql_select_limit AS most, @@GLOBAL.init_connect AS first');
  if (/sql_select_limit/i.test(String(row?.first))) {
    throw new BackupError(
      'The database server limits the rows of each SELECT by init_connect, so a backup would not be whole: ' +
        'take sql_select_limit out of it, there and in the option files.',
    );
  }
  const most = BigInt(String(row?.most));
  if (most >= NO_ROW_LIMIT) return;
  throw new BackupError(
    `The database server gives ${most} rows of each table at most, so a backup would not be whole: ` +
      `run SET GLOBAL sql_select_limit = DEFAULT and take sql_select_limit out of its option files.`,
  );
}

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

/** The dump program ends at the first of them, and the stock client could not make one either: its tables are gone. */
async function invalidViews(session: Session, warn: (message: string) => void): Promise<string[]> {
  const invalid: string[] = [];
  for (const name of await tablesOfType(session, 'VIEW')) {
    try {
      // What the dump program asks, so that both get the same answer.
      await session.query('SHOW FIELDS FROM ??', [name]);
    } catch (error) {
      if (sqlErrno(error) !== ER_VIEW_INVALID) continue;
      invalid.push(name);
      warn(`The view ${name} is not in the backup, because it is invalid (${reasonOf(error)}): repair it or drop it.`);
    }
  }
  return invalid;
}

/** Whether the dump is to hold the old rows of system-versioned tables, too. */
async function keepsHistory(
  program: ClientProgram,
  session: Session,
  warn: (message: string) => void,
): Promise<boolean> {
  const versioned = await tablesOfType(session, 'SYSTEM VERSIONED');
  if (versioned.length === 0) return false;
  const tables = versioned.join(', ');
  const help = await outputOf(program.path, ['--no-defaults', '--help']).catch(() => '');
  if (!help.includes('--dump-history')) {
    warn(`The history of ${tables} is not in the backup: ${program.name} can dump it from MariaDB 10.11 on.`);
    return false;
  }
  const byTransaction = await session.query(
    `SELECT DISTINCT TABLE_NAME AS name FROM information_schema.COLUMNS
     WHERE TABLE_SCHEMA = ? AND TABLE_NAME IN (?) AND GENERATION_EXPRESSION = 'ROW START' AND DATA_TYPE = 'bigint'`,
    [session.address.database, versioned],
  );
  if (byTransaction.length === 0) return true;
  const names = byTransaction.map(({ name }) => String(name)).join(', ');
  warn(
    `The history of ${tables} is not in the backup: ${program.name} dumps none where a table has its history by ` +
      `transactions (${names}).`,
  );
  return false;
}

async function tablesOfType({ query, address }: Session, type: string): Promise<string[]> {
  const rows = await query(
    'SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = ? ORDER BY TABLE_NAME',
    [address.database, type],
  );
  return rows.map(({ name }) => String(name));
}
