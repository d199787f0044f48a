import type { Backup } from '../catalogue';
import { dumpDatabase } from '../dump';
import { humanSize } from '../errors';
import { NO_OPERATION, type OperationMark } from '../ledger';
import { publish } from '../publish';
import type { Session } from '../session';
import { createWorkFile, discardWorkFile } from '../work-files';
import type { RestoreContext } from './context';
import { contentHash } from './same-content';

/** What a safety backup needs; a plain backup's run has it too. */
export type SaveContext = Pick<
  RestoreContext,
  'settings' | 'server' | 'log' | 'workDirectory' | 'tag' | 'stallMs' | 'signal' | 'now'
> & { ledger: Pick<RestoreContext['ledger'], 'newestOperation' | 'schemaVersion'> };

/**
 * Publishes a backup of a database that is about to go, or has gone. It may well be damaged, which is why it goes: so it
 * is not restored for a test, and its journal need not be readable.
 * @param session at the schema to dump
 * @param database whose backup it is
 * @param alike a backup that may hold just the same; then nothing is published
 */
export async function saveDatabase(
  context: SaveContext,
  session: Session,
  database: string,
  alike: readonly Backup[] = [],
): Promise<Backup | null> {
  const { settings, server, log, workDirectory, tag, now, ledger } = context;
  const startedAt = now();
  const begun = performance.now();
  // Before the dump: so much is surely in it.
  const lastOperation = await ledger.newestOperation(session.query).catch((): OperationMark => NO_OPERATION);
  const schemaVersion = await ledger.schemaVersion(session.query).catch(() => 'unknown');
  const file = await createWorkFile(workDirectory, tag);
  try {
    const dump = await dumpDatabase({ ...context, session, file });
    if (alike.length > 0) {
      const hash = await contentHash(file.path, dump.sqlBytes);
      for (const other of alike) {
        if ((await contentHash(other.path, other.sqlBytes)) === hash) return null;
      }
    }
    const backup = await publish({
      directory: settings.directory,
      file,
      manifest: {
        trigger: 'MANUAL',
        startedAt,
        ...dump,
        lastOperation,
        schemaVersion,
        serverVersion: server.version,
        database,
        verifiedAt: null,
        safety: true,
      },
      begun,
      now,
    });
    log.info(
      `Published ${backup.filename}, the safety backup of what a restore replaces: ${humanSize(backup.sizeBytes)}, ` +
        `${lastOperation.number === 0 ? 'no operation' : `operations up to ${lastOperation.number}`}.`,
    );
    return backup;
  } finally {
    await discardWorkFile(file);
  }
}
