import { stat } from 'node:fs/promises';
import path from 'node:path';
import { outputOf } from '../client/child-process';

/**
 * Who the owner of that file is, for `sudo -u`; of the nearest folder above it that can be seen where it cannot be.
 */
export async function ownerOf(file: string): Promise<string> {
  const absolute = path.resolve(file);
  try {
    return await userName((await stat(absolute)).uid);
  } catch (error) {
    if (path.dirname(absolute) === absolute) throw error;
    return ownerOf(path.dirname(absolute));
  }
}

/** By that name, or its number where the machine knows none. */
async function userName(uid: number): Promise<string> {
  return outputOf('id', ['-un', String(uid)]).then(
    (name) => name.trim(),
    () => `'#${uid}'`,
  );
}
