import type { Backup } from '../catalogue';
import { dumpDatabase, type Dump } from '../dump';
import { humanSize } from '../errors';
import { NO_OPERATION, poolMark, type OperationMark, type PoolMark } from '../ledger';
import { publish } from '../publish';
import type { Session } from '../session';
import { createWorkFile, discardWorkFile, type WorkFile } from '../work-files';
import type { RestoreContext } from './context';
import { contentHash } from './same-content';

/** What a dump needs; a plain backup's run has it too. */
export type CopyContext = Pick<
  RestoreContext,
  'settings' | 'server' | 'log' | 'workDirectory' | 'tag' | 'stallMs' | 'signal' | 'now'
> & { ledger: Pick<RestoreContext['ledger'], 'newestOperation' | 'schemaVersion' | 'pool'> };

interface Contents {
  startedAt: Date;
  begun: number;
  lastOperation: OperationMark;
  schemaVersion: string;
  mark: PoolMark;
  dump: Dump;
}

/** What is known of the contents of a dump because the very same was restored and audited. */
export type Proof = Pick<Backup, 'lastOperation' | 'schemaVersion' | 'verifiedAt'>;

/**
 * A dump that becomes a backup when it is published. The database may well be damaged, which is why a restore replaces
 * it: so it is not restored for a test, and its journal need not be readable.
 */
export class UnpublishedBackup {
  private constructor(
    private readonly context: CopyContext,
    private readonly database: string,
    private readonly file: WorkFile,
    private readonly contents: Contents,
  ) {}

  /**
   * @param session at the schema to dump
   * @param database whose backup it will be
   */
  static async take(context: CopyContext, session: Session, database: string): Promise<UnpublishedBackup> {
    const { workDirectory, tag, now, ledger } = context;
    const startedAt = now();
    const begun = performance.now();
    // Before the dump: so much is surely in it.
    const lastOperation = await ledger.newestOperation(session.query).catch((): OperationMark => NO_OPERATION);
    const schemaVersion = await ledger.schemaVersion(session.query).catch(() => 'unknown');
    const mark = await poolMark(ledger, session.query).catch((): PoolMark => ({}));
    const file = await createWorkFile(workDirectory, tag);
    try {
      const dump = await dumpDatabase({ ...context, session, file });
      const known = { startedAt, begun, lastOperation, schemaVersion, mark };
      return new UnpublishedBackup(context, database, file, { ...known, dump });
    } catch (error) {
      await discardWorkFile(file);
      throw error;
    }
  }

  /** Whether one of these backups restores to the very same. */
  async isIn(backups: readonly Backup[]): Promise<boolean> {
    if (backups.length === 0) return false;
    const own = await contentHash(this.file.path, this.contents.dump.sqlBytes);
    for (const { path, sqlBytes } of backups) if ((await contentHash(path, sqlBytes)) === own) return true;
    return false;
  }

  /** As a safety backup of what a restore replaces. */
  publishAsSafety(): Promise<Backup> {
    const { lastOperation, schemaVersion } = this.contents;
    return this.publish({ lastOperation, schemaVersion, verifiedAt: null, safety: true });
  }

  /** As a backup that was verified. */
  publishAsProven(proof: Proof): Promise<Backup> {
    return this.publish(proof);
  }

  private async publish(contents: Proof & { safety?: true }): Promise<Backup> {
    const { settings, log, now, server } = this.context;
    const { startedAt, begun, dump, mark } = this.contents;
    const { directory } = settings;
    const manifest = { trigger: 'MANUAL' as const, startedAt, ...dump, ...mark, ...contents };
    const backup = await publish({
      directory,
      file: this.file,
      manifest: { ...manifest, serverVersion: server.version, database: this.database },
      begun,
      now,
    });
    const what = contents.safety === true ? 'which holds what a restore replaces' : 'which holds what was restored';
    const { number } = contents.lastOperation;
    const holds = number === 0 ? 'no operation' : `operations up to ${number}`;
    log.info(`Published ${backup.filename}, ${what}: ${humanSize(backup.sizeBytes)}, ${holds}.`);
    return backup;
  }

  /** Frees what an unpublished copy takes; call it in any case. */
  discard(): Promise<void> {
    return discardWorkFile(this.file);
  }
}
