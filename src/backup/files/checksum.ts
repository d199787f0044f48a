import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { constants, open, realpath, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { readBackup, type Backup } from './catalogue';
import { codeOf } from '../../database/connection/errors';
import { BackupError, UnsoundBackup } from '../core/errors';
import { ownerOf } from './file-owner';

/**
 * Judges a file on its own, wherever it lies and whatever its name: reads it whole and compares it with what it says
 * of itself.
 * @throws UnsoundBackup with the first thing wrong; BackupError where it cannot be read
 */
export async function inspectFile(file: string): Promise<Backup> {
  let real: string;
  try {
    real = await realpath(file);
    const { size } = await stat(real);
    // A pipe would hold us up.
    await (await open(real, constants.O_RDONLY | constants.O_NONBLOCK)).close();
    if (size === 0) throw new UnsoundBackup(`${file} is empty.`);
  } catch (error) {
    if (codeOf(error) === 'EACCES') {
      const owner = await ownerOf(file);
      throw new BackupError(`${file} may not be read: it belongs to ${owner}, so run this as sudo -u ${owner}.`);
    }
    throw BackupError.from(error, `The backup ${file} cannot be read`);
  }
  const backup = await readBackup(real);
  if (backup === null) {
    throw new UnsoundBackup(`${file} is no complete backup: its last lines are cut, damaged or not those of a backup.`);
  }
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(real, { end: backup.sqlBytes - 1, highWaterMark: 2 ** 20 }), hash);
  } catch (error) {
    throw BackupError.from(error, `The backup ${file} cannot be read to its end`);
  }
  if (hash.digest('hex') !== backup.sha256) {
    throw new UnsoundBackup(`${file} is damaged: its content does not match the SHA-256 that it was written with.`);
  }
  return backup;
}
