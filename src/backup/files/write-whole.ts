import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { syncDirectory } from './fsync';

/**
 * Writes a file that only this user may read, whole or not at all: a power cut at any moment leaves the old one, or none,
 * or the new one.
 * @param unfinished its name until then, which no other file has, on the same file system
 * @throws an error of the file system; nothing is left under the unfinished name
 */
export async function writeWhole(file: string, unfinished: string, text: string): Promise<void> {
  try {
    const handle = await open(unfinished, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncDirectory(path.dirname(file));
}
