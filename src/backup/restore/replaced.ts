import { listBackups, type Backup } from '../catalogue';
import { BackupError } from '../errors';
import { NO_OPERATION } from '../ledger';
import { findOwnSchemas } from '../own-schema';
import { openSession, type Session } from '../session';
import { saveDatabase, type SaveContext } from './save';
import { tablesOf } from './tables';

/**
 * Drops what restores have replaced, once a backup surely holds all of it: what was committed between the safety backup
 * and the swap is in none yet. Also for a restore that was killed in between. Only under the lock on backups.
 * @returns the backups that were made of it
 * @throws BackupError where it could not be saved; then it stays
 */
export async function settleReplaced(context: SaveContext & { session: Session }): Promise<Backup[]> {
  const { session, settings, ledger } = context;
  const live = session.address.database;
  const saved: Backup[] = [];
  for (const schema of await findOwnSchemas(session.query, live, ['replaced'])) {
    if ((await tablesOf(session.query, schema)).length > 0) {
      const there = await openSession({ ...session.address, database: schema });
      try {
        const { uid } = await ledger.newestOperation(there.query).catch(() => NO_OPERATION);
        const candidates = await listBackups(settings.directory);
        const alike = candidates.filter((backup) => backup.safety === true && backup.lastOperation.uid === uid);
        const backup = await saveDatabase(context, there, live, alike);
        if (backup !== null) saved.push(backup);
      } catch (error) {
        throw BackupError.from(error, `What was replaced could not be saved, and stays in the database ${schema}`);
      } finally {
        there.close();
      }
    }
    await dropSchema(session, schema);
  }
  return saved;
}

export async function dropSchema({ query }: Session, schema: string): Promise<void> {
  try {
    await query('DROP DATABASE IF EXISTS ??', [schema]);
  } catch (error) {
    throw BackupError.from(error, `The database ${schema}, which is no longer needed, could not be dropped`);
  }
}
