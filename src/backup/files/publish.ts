import { access, link, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import { backupNames, type Backup } from './catalogue';
import { BackupError, isDiskFull } from '../core/errors';
import { backupFilename, nextNameTime, timeOfFilename } from './filename';
import { MANIFEST_FORMAT, manifestLine, type Manifest } from './manifest';
import { syncDirectory } from './fsync';
import type { WorkFile } from './staging';

interface PublishRequest {
  directory: string;
  /** Holds the dump and nothing after it. */
  file: WorkFile;
  manifest: Omit<Manifest, 'format' | 'createdAt' | 'durationMs'>;
  /** When the backup began, by `performance.now()`: clocks jump. */
  begun: number;
  now?: () => Date;
  /** Told, and waited for, between the steps. */
  onStep?: (step: 'synced' | 'named') => void | Promise<void>;
}

/**
 * Completes the file with its manifest and gives it its name in the directory, whole or not at all: data synced, name
 * given, directory synced, in this order, so that a power cut at any moment leaves either nothing or a good backup.
 * Only under the lock on backups.
 * @throws BackupError
 */
export async function publish(request: PublishRequest): Promise<Backup> {
  const { directory, file, now = () => new Date() } = request;
  try {
    const createdAt = now();
    const durationMs = Math.round(performance.now() - request.begun);
    const manifest = { ...request.manifest, createdAt, durationMs };
    const line = manifestLine(manifest);
    await writeAt(file, line, manifest.sqlBytes);
    const filename = await giveName(request, createdAt);
    await syncDirectory(directory).catch((error: unknown) => {
      throw BackupError.from(
        error,
        `${filename} is written, but a power cut may take its name from ${directory} again`,
      );
    });
    const sizeBytes = manifest.sqlBytes + line.length;
    return { filename, path: path.join(directory, filename), sizeBytes, format: MANIFEST_FORMAT, ...manifest };
  } catch (error) {
    if (isDiskFull(error)) throw BackupError.diskFull(directory);
    if ((error as NodeJS.ErrnoException).code === 'EXDEV') {
      throw BackupError.differentFileSystems(directory, path.dirname(file.path));
    }
    throw BackupError.from(error, `The backup could not be published in ${directory}`);
  }
}

async function giveName({ directory, file, onStep }: PublishRequest, createdAt: Date): Promise<string> {
  for (;;) {
    const time = await nameTime(directory, createdAt);
    const filename = backupFilename(time);
    // `ls -t` must agree with the names.
    await file.handle.utimes(time, time);
    await file.handle.sync();
    await onStep?.('synced');
    if (await moveWithoutOverwriting(file.path, path.join(directory, filename))) {
      await onStep?.('named');
      return filename;
    }
  }
}

/** Now, but later than every name that is there, be it that of a complete backup or not. */
async function nameTime(directory: string, now: Date): Promise<Date> {
  const newest = (await backupNames(directory)).sort().at(-1);
  const time = nextNameTime(now, newest === undefined ? null : timeOfFilename(newest));
  if (time !== null) return time;
  throw new BackupError(`${newest ?? ''} in ${directory} bears the last name that there can be: rename it.`);
}

/** False where that name is taken. */
async function moveWithoutOverwriting(from: string, to: string): Promise<boolean> {
  try {
    // A second name refuses where the name is taken; renaming would overwrite.
    await link(from, to);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK'].includes(code)) throw error;
    // A file system without second names: under the lock nobody else of ours takes the name meanwhile.
    if (await exists(to)) return false;
    await rename(from, to);
    return true;
  }
  await unlink(from).catch(() => undefined);
  return true;
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function writeAt({ handle }: WorkFile, data: Buffer, position: number): Promise<void> {
  for (let done = 0; done < data.length;) {
    done += (await handle.write(data, done, data.length - done, position + done)).bytesWritten;
  }
}
