import type { Backup } from '../catalogue';
import { dumpDatabase, type Dump } from '../dump';
import { humanSize } from '../errors';
import { NO_OPERATION, type OperationMark } from '../ledger';
import { publish } from '../publish';
import type { Session } from '../session';
import { createWorkFile, discardWorkFile, type WorkFile } from '../work-files';
import type { RestoreContext } from './context';
import { contentHash } from './same-content';

/** What a safety backup needs; a plain backup's run has it too. */
export type SafetyContext = Pick<
  RestoreContext,
  'settings' | 'server' | 'log' | 'workDirectory' | 'tag' | 'stallMs' | 'signal' | 'now'
> & { ledger: Pick<RestoreContext['ledger'], 'newestOperation' | 'schemaVersion'> };

interface Contents {
  startedAt: Date;
  begun: number;
  lastOperation: OperationMark;
  schemaVersion: string;
  dump: Dump;
}

/**
 * A dump of a database that is about to go, or has gone. It may well be damaged, which is why it goes: so it is not
 * restored for a test, and its journal need not be readable. Becomes a backup when it is published.
 */
export class SafetyCopy {
  private constructor(
    private readonly context: SafetyContext,
    private readonly database: string,
    private readonly file: WorkFile,
    private readonly contents: Contents,
  ) {}

  /**
   * @param session at the schema to dump
   * @param database whose backup it will be
   */
  static async take(context: SafetyContext, session: Session, database: string): Promise<SafetyCopy> {
    const { workDirectory, tag, now, ledger } = context;
    const startedAt = now();
    const begun = performance.now();
    // Before the dump: so much is surely in it.
    const lastOperation = await ledger.newestOperation(session.query).catch((): OperationMark => NO_OPERATION);
    const schemaVersion = await ledger.schemaVersion(session.query).catch(() => 'unknown');
    const file = await createWorkFile(workDirectory, tag);
    try {
      const dump = await dumpDatabase({ ...context, session, file });
      return new SafetyCopy(context, database, file, { startedAt, begun, lastOperation, schemaVersion, dump });
    } catch (error) {
      await discardWorkFile(file);
      throw error;
    }
  }

  /** Whether one of these backups restores to the very same. */
  async isIn(backups: readonly Backup[]): Promise<boolean> {
    const { dump, lastOperation } = this.contents;
    const alike = backups.filter((backup) => backup.lastOperation.uid === lastOperation.uid);
    if (alike.length === 0) return false;
    const own = await contentHash(this.file.path, dump.sqlBytes);
    for (const { path, sqlBytes } of alike) if ((await contentHash(path, sqlBytes)) === own) return true;
    return false;
  }

  async publish(): Promise<Backup> {
    const { settings, log, now, server } = this.context;
    const { startedAt, begun, dump, lastOperation, schemaVersion } = this.contents;
    const backup = await publish({
      directory: settings.directory,
      file: this.file,
      manifest: {
        trigger: 'MANUAL',
        startedAt,
        ...dump,
        lastOperation,
        schemaVersion,
        serverVersion: server.version,
        database: this.database,
        verifiedAt: null,
        safety: true,
      },
      begun,
      now,
    });
    const holds = lastOperation.number === 0 ? 'no operation' : `operations up to ${lastOperation.number}`;
    log.info(
      `Published ${backup.filename}, which holds what a restore replaces: ${humanSize(backup.sizeBytes)}, ${holds}.`,
    );
    return backup;
  }

  /** Frees what an unpublished copy takes; call it in any case. */
  discard(): Promise<void> {
    return discardWorkFile(this.file);
  }
}
