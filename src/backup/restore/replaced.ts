import { listBackups, type Backup } from '../catalogue';
import { BackupError } from '../errors';
import { findOwnSchemas } from '../own-schema';
import { openSession, type Session } from '../session';
import { tablesOf } from './tables';
import { isUnchangedUntilSwap } from './unchanged';
import { UnpublishedBackup, type CopyContext } from './unpublished-backup';

/**
 * Drops what restores have replaced, once a backup surely holds all of it: what was committed between the safety backup
 * and the swap is in none yet. Also for a restore that was killed in between. Only under the lock on backups.
 * @returns the backups that were made of it
 * @throws BackupError where it could not be saved; then it stays
 */
export async function settleReplaced(context: CopyContext & { session: Session }): Promise<Backup[]> {
  const { session } = context;
  const saved: Backup[] = [];
  for (const schema of await findOwnSchemas(session.query, session.address.database, ['replaced'])) {
    try {
      const backup = await save(context, schema);
      if (backup !== null) saved.push(backup);
    } catch (error) {
      throw BackupError.from(error, `What was replaced could not be saved, and stays in the database ${schema}`);
    }
    await dropSchema(session, schema);
  }
  return saved;
}

/** Null where a backup holds it already. */
async function save(context: CopyContext & { session: Session }, schema: string): Promise<Backup | null> {
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

export async function dropSchema({ query }: Session, schema: string): Promise<void> {
  try {
    await query('DROP DATABASE IF EXISTS ??', [schema]);
  } catch (error) {
    throw BackupError.from(error, `The database ${schema}, which is no longer needed, could not be dropped`);
  }
}
