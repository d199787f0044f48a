import { listBackups, type Backup } from '../catalogue';
import { sqlErrno } from '../../database/errors';
import { BackupError, reasonOf } from '../errors';
import { findOwnSchemas, ownSchemaName } from '../own-schema';
import { openSession, type Session } from '../session';
import { moveInto } from './swap';
import { tablesOf } from './tables';
import { isUnchangedUntilSwap } from './unchanged';
import { UnpublishedBackup, type CopyContext } from './unpublished-backup';

type SettleContext = CopyContext & { session: Session };

export interface Settled {
  /** The backups that were made of what was replaced. */
  saved: Backup[];
  /** What could not be dropped, in sentences. */
  warnings: string[];
}

/**
 * Drops what restores have replaced, once a backup surely holds all of it: what was committed between the safety backup
 * and the swap is in none yet. Also for a restore that was killed in between. Only under the lock on backups.
 * @throws BackupError where it could not be saved; then it stays
 */
export async function settleReplaced(context: SettleContext): Promise<Settled> {
  const { session } = context;
  const saved: Backup[] = [];
  const warnings: string[] = [];
  for (const schema of await findOwnSchemas(session.query, session.address.database, ['discarded'])) {
    // Where it cannot be dropped, that was told when it was made.
    await dropped(session, schema);
  }
  for (const schema of await findOwnSchemas(session.query, session.address.database, ['replaced'])) {
    try {
      const backup = await save(context, schema);
      if (backup !== null) saved.push(backup);
    } catch (error) {
      throw BackupError.from(error, `What was replaced could not be saved, and stays in the database ${schema}`);
    }
    warnings.push(...(await discard(context, schema)));
  }
  return { saved, warnings };
}

/** Null where a backup holds it already. */
async function save(context: SettleContext, schema: string): Promise<Backup | null> {
  const { session, settings } = context;
  if ((await tablesOf(session.query, schema)).length === 0) return null;
  const backups = (await listBackups(settings.directory)).filter(({ safety }) => safety === true);
  const [newest] = backups;
  if (newest !== undefined && (await isUnchangedUntilSwap(context, newest, schema))) return null;
  const there = await openSession({ ...session.address, database: schema });
  try {
    const copy = await UnpublishedBackup.take(context, there, session.address.database);
    try {
      return (await copy.isIn(newest === undefined ? [] : [newest])) ? null : await copy.publishAsSafety();
    } finally {
      await copy.discard();
    }
  } finally {
    there.close();
  }
}

/**
 * Drops a database that need not be kept.
 * @returns what is in the way, in a sentence that the log tells too
 */
export async function discard({ session, log }: SettleContext, schema: string): Promise<string[]> {
  const { query, address } = session;
  const failure = await dropped(session, schema);
  if (failure === null) return [];
  // Some of it may be gone: what is left must not be saved one day as if it were all.
  const rest = ownSchemaName(address.database, 'discarded');
  await moveInto(session, schema, rest);
  await query('USE ??', [address.database]);
  await query('DROP DATABASE ??', [schema]);
  const tables = (await tablesOf(query, rest)).join(', ');
  const warning =
    `The database ${rest}, which is no longer needed, could not be dropped (${failure}): where another database refers ` +
    `to its tables (${tables}), drop that foreign key there and make it again on ${address.database}; the next backup ` +
    `then drops the rest.`;
  log.warn(warning);
  return [warning];
}

/** @returns why the server did not; a database that this account does not even see may refer to it */
async function dropped({ query }: Session, schema: string): Promise<string | null> {
  try {
    await query('DROP DATABASE IF EXISTS ??', [schema]);
    return null;
  } catch (error) {
    if (sqlErrno(error) !== undefined) return reasonOf(error);
    throw BackupError.from(error, `The database ${schema}, which is no longer needed, could not be dropped`);
  }
}
