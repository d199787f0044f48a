import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { humanSize } from '../../core/errors';
import { NO_OPERATION, poolMark, type OperationMark, type PoolMark } from '../../core/ledger';
import { dumpDatabase, type Dump } from '../../dump/dump';
import { listBackups, type Backup } from '../../files/catalogue';
import { changeMark } from '../../files/manifest';
import { publish } from '../../files/publish';
import { createWorkFile, discardWorkFile, type WorkFile } from '../../files/staging';
import { checkRoom } from '../../server/disk-space';
import { openSession } from '../../server/session';
import type { RestoreContext } from '../common/context';

/** What a dump needs; a plain backup's run has it too. */
export type SaveContext = Pick<
  RestoreContext,
  'settings' | 'server' | 'log' | 'workDirectory' | 'tag' | 'stallMs' | 'signal' | 'now' | 'session'
> & { ledger: Pick<RestoreContext['ledger'], 'newestOperation' | 'newestChange' | 'schemaVersion' | 'pool'> };

/**
 * Makes a safety backup of what a restore replaced. It may well be damaged, which is why it was replaced: so it is not
 * restored for a test, and its journal need not be readable.
 * @param schema holds its tables
 * @param code makes what it had beside them; null where that was nothing
 * @throws BackupError
 */
export async function saveReplaced(context: SaveContext, schema: string, code: Buffer | null): Promise<Backup> {
  const { settings, ledger, log, now, server, workDirectory, tag } = context;
  const { address } = context.session;
  const startedAt = now();
  const begun = performance.now();
  await checkRoom(settings.directory, await listBackups(settings.directory), context.session);
  const session = await openSession({ ...address, database: schema });
  try {
    const { query } = session;
    const lastOperation = await ledger.newestOperation(query).catch((): OperationMark => NO_OPERATION);
    const newestChange = await ledger.newestChange(query).catch((): OperationMark => NO_OPERATION);
    const schemaVersion = await ledger.schemaVersion(query).catch(() => 'unknown');
    const mark = await poolMark(ledger, query).catch((): PoolMark => ({}));
    const file = await createWorkFile(workDirectory, tag);
    try {
      const warn = (message: string): void => {
        log.warn(message);
      };
      const tables = await dumpDatabase({ ...context, session, file, warn });
      const dump = code === null ? tables : await withCode(file, tables, code);
      const backup = await publish({
        directory: settings.directory,
        file,
        manifest: {
          trigger: 'MANUAL',
          startedAt,
          ...dump,
          ...mark,
          lastOperation,
          ...changeMark(newestChange),
          schemaVersion,
          serverVersion: server.version,
          database: address.database,
          verifiedAt: null,
          safety: true,
        },
        begun,
        now,
      });
      const holds = lastOperation.number === 0 ? 'no operation' : `operations up to ${lastOperation.number}`;
      const size = humanSize(backup.sizeBytes);
      log.info(`Published ${backup.filename}, which holds what a restore replaced: ${size}, ${holds}.`);
      return backup;
    } finally {
      await discardWorkFile(file);
    }
  } finally {
    session.close();
  }
}

/** More than a dump's last line has. */
const LAST_LINE_BYTES = 512;

/** Puts these statements before the dump's last line, by which it says that it is complete. */
async function withCode({ path, handle }: WorkFile, { sqlBytes }: Dump, code: Buffer): Promise<Dump> {
  const tail = Buffer.alloc(Math.min(LAST_LINE_BYTES, sqlBytes));
  await handle.read(tail, 0, tail.length, sqlBytes - tail.length);
  const lastLine = tail.subarray(tail.lastIndexOf('\n', -2) + 1);
  const end = Buffer.concat([code, Buffer.from('\n'), lastLine]);
  const at = sqlBytes - lastLine.length;
  for (let done = 0; done < end.length;) {
    done += (await handle.write(end, done, end.length - done, at + done)).bytesWritten;
  }
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash);
  return { sqlBytes: at + end.length, sha256: hash.digest('hex') };
}
