import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { isFileLocked, withFileLock } from '../../database/host/file-lock';
import { BackupError, BackupStopped, isDiskFull } from '../core/errors';
import type { BackupSettings } from '../core/settings';
import { prepareFolders } from '../files/staging';
import { decoded, isEncoded, MAGIC_BYTES } from './decode';
import { readIdentities } from './identities';
import { openStore } from './open-store';
import { withStallTimeout } from './stall-timeout';
import { parseS3Url, type CopySettings } from './settings';

interface FetchRequest {
  /** A path, or "s3://bucket/key". */
  source: string;
  settings: BackupSettings;
  copy: Pick<CopySettings, 's3' | 'identityFile'>;
  signal?: AbortSignal;
  onProgress?: (doing: string, part: number | null) => void;
  /** Told when its turn has come. */
  onFetch?: () => void;
}

const FETCHED = /^fetched-[0-9a-f]{12}\.sql$/;
const STALL_MS = 5 * 60_000;
const WAIT_MS = 10 * 60_000;

/**
 * Hands `work` the path of a backup in plain SQL: the file itself where it is that, else what a copy of it holds, which
 * lies in the work folder while `work` runs. A storage folder holds one fetched copy at a time.
 * @throws BackupError that names the source, never the file in between
 */
export async function withPlainBackup<T>(request: FetchRequest, work: (file: string) => Promise<T>): Promise<T> {
  const { source, settings } = request;
  if (parseS3Url(source) === null && !(await isCopy(source))) return work(source);
  await prepareFolders(settings);
  return whenFree(request, async () => {
    await clear(settings);
    const file = path.join(settings.workDirectory, `fetched-${randomBytes(6).toString('hex')}.sql`);
    try {
      await fetch(request, file);
      return await work(file);
    } catch (error) {
      if (!(error instanceof BackupError) || !error.message.includes(file)) throw error;
      error.message = error.message.replaceAll(file, source);
      throw error;
    } finally {
      await unlink(file).catch(() => undefined);
    }
  });
}

/** The other restore may stand at its prompt for hours: do not wait for it for ever. */
async function whenFree<T>({ settings, signal, onProgress }: FetchRequest, work: () => Promise<T>): Promise<T> {
  const lock = { isOurs: false };
  onProgress?.('Waiting for another restore or verification to end', null);
  try {
    return await withFileLock(
      lockFile(settings),
      () => {
        lock.isOurs = true;
        return work();
      },
      { waitMs: WAIT_MS, signal },
    );
  } catch (error) {
    throw lock.isOurs || signal?.aborted !== true ? error : new BackupStopped();
  }
}

/** Removes what a killed process fetched. Does nothing while another process fetches. */
export async function clearFetched(settings: BackupSettings): Promise<void> {
  const names = (await readdir(settings.workDirectory)).filter((name) => FETCHED.test(name));
  if (names.length > 0 && !(await isFileLocked(lockFile(settings)))) await clear(settings);
}

async function clear({ workDirectory }: BackupSettings): Promise<void> {
  const names = (await readdir(workDirectory)).filter((name) => FETCHED.test(name));
  for (const name of names) await unlink(path.join(workDirectory, name)).catch(() => undefined);
}

async function fetch(request: FetchRequest, file: string): Promise<void> {
  const { source, settings, copy, signal, onProgress, onFetch } = request;
  onFetch?.();
  onProgress?.(`Fetching ${source}`, null);
  const identities = async (): Promise<string[]> => {
    if (copy.identityFile !== null) return readIdentities(copy.identityFile);
    throw new BackupError(
      `${source} is encrypted: name the file that holds its age identity with --identity or BACKUP_COPY_IDENTITY_FILE.`,
    );
  };
  try {
    await withStallTimeout(
      async (timer) => {
        const { content, close } = await contentOf(source, copy, timer.signal);
        const handle = await open(file, 'wx', 0o600);
        try {
          for await (const chunk of decoded(content, source, identities)) {
            for (let done = 0; done < chunk.length;) done += (await handle.write(chunk, done)).bytesWritten;
            timer.moved();
            timer.signal.throwIfAborted();
          }
        } finally {
          await handle.close();
          close();
        }
      },
      { stallMs: STALL_MS, signal },
    );
  } catch (error) {
    if (isDiskFull(error)) {
      throw new BackupError(`The disk that holds ${settings.workDirectory} is full: the backup needs room there.`);
    }
    if (error instanceof BackupError && error.message.startsWith(source)) throw error;
    throw BackupError.from(error, `The backup ${source} cannot be read`);
  }
}

async function contentOf(
  source: string,
  { s3 }: Pick<CopySettings, 's3'>,
  signal: AbortSignal,
): Promise<{ content: AsyncIterable<Buffer>; close: () => void }> {
  const url = parseS3Url(source);
  if (url === null) return { content: createReadStream(source), close: () => undefined };
  const store = await openStore({ kind: 's3', bucket: url.bucket, prefix: '' }, { s3 }, signal);
  try {
    return {
      content: await store.open(url.path),
      close: () => {
        store.close();
      },
    };
  } catch (error) {
    store.close();
    throw new BackupError(`The backup ${source} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** True if the file must be decoded. A file that cannot be read is not: the next reader reports the error. */
async function isCopy(file: string): Promise<boolean> {
  try {
    // A pipe would wait for ever.
    if (!(await stat(file)).isFile()) return false;
    const handle = await open(file, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAGIC_BYTES), 0, MAGIC_BYTES, 0);
      return isEncoded(buffer.subarray(0, bytesRead));
    } finally {
      await handle.close();
    }
  } catch {
    return false;
  }
}

function lockFile({ workDirectory }: BackupSettings): string {
  return path.join(workDirectory, 'fetch.lock');
}
