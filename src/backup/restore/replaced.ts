import { listBackups, type Backup } from '../catalogue';
import { BackupError } from '../errors';
import { findOwnSchemas } from '../own-schema';
import { openSession, type Session } from '../session';
import { SafetyCopy, type SafetyContext } from './safety-copy';
import { tablesOf } from './tables';

/**
 * Drops what restores have replaced, once a backup surely holds all of it: what was committed between the safety backup
 * and the swap is in none yet. Also for a restore that was killed in between. Only under the lock on backups.
 * @returns the backups that were made of it
 * @throws BackupError where it could not be saved; then it stays
 */
export async function settleReplaced(context: SafetyContext & { session: Session }): Promise<Backup[]> {
  const { session, settings } = context;
  const live = session.address.database;
  const saved: Backup[] = [];
  for (const schema of await findOwnSchemas(session.query, live, ['replaced'])) {
    if ((await tablesOf(session.query, schema)).length > 0) {
      const there = await openSession({ ...session.address, database: schema });
      try {
        const copy = await SafetyCopy.take(context, there, live);
        try {
          const safety = (await listBackups(settings.directory)).filter((backup) => backup.safety === true);
          if (!(await copy.isIn(safety))) saved.push(await copy.publish());
        } finally {
          await copy.discard();
        }
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
