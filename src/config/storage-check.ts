import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';

const OTHERS = 0o077;

/**
 * Finds files and folders under STORAGE_DIR with secrets or dumps that other users of this machine may read or write.
 * @returns a warning for each, with the command that closes it
 */
export async function findLoosePermissions(storageDir: string): Promise<string[]> {
  const backups = path.join(storageDir, 'app', 'backups');
  const places = [
    backups,
    ...(await list(backups)),
    path.join(storageDir, 'logs'),
    path.join(storageDir, 'database'),
    path.join(storageDir, 'jwt-secret'),
  ];
  const warnings: string[] = [];
  for (const place of places) {
    const stat = await lstat(place).catch(() => null);
    if (stat === null || (stat.mode & OTHERS) === 0) continue;
    const mode = (stat.mode & 0o777).toString(8);
    warnings.push(`${place} is open to other users (mode ${mode}): run chmod go= ${place}`);
  }
  return warnings;
}

async function list(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.map((name) => path.join(directory, name));
}
