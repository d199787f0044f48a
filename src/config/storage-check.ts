import { statSync, type Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { SettingError } from './read-setting';

const OTHERS = 0o077;
const ALL_WRITE = 0o002;
const GROUP_WRITES = 0o020;

/**
 * Finds what other users of this machine may read or write, or could put in its place: files and folders with secrets or
 * dumps under STORAGE_DIR, that folder itself, and `.env`.
 * @param envFile only where it is there
 * @returns a warning for each, with the command that closes it
 */
export async function findLoosePermissions(storageDir: string, envFile = '.env'): Promise<string[]> {
  const backups = path.join(storageDir, 'app', 'backups');
  const secret = [
    backups,
    ...(await list(backups)),
    path.join(storageDir, 'logs'),
    path.join(storageDir, 'database'),
    path.join(storageDir, 'jwt-secret'),
    path.resolve(envFile),
  ];
  const warnings: string[] = [];
  // Others may know what lies in the folder. Who may write there can put files of their own in the place of ours.
  for (const [place, forbidden] of [
    ...secret.map((each): [string, number] => [each, OTHERS]),
    [storageDir, ALL_WRITE] as const,
  ]) {
    const stat = await lstat(place).catch(() => null);
    if (stat === null || stat.isSymbolicLink()) continue;
    if (isStrangers(stat))
      warnings.push(`${place} belongs to another user (${stat.uid}): run chown ${ourUid()} ${place}`);
    if ((stat.mode & forbidden) === 0) continue;
    const mode = (stat.mode & 0o777).toString(8);
    warnings.push(
      `${place} is open to other users (mode ${mode}): run chmod ${forbidden === OTHERS ? 'go=' : 'o-w'} ${place}`,
    );
  }
  return warnings;
}

/**
 * Root writes, chmods and deletes under STORAGE_DIR. Where others may put links there, they would choose what that reaches:
 * a link named like a backup would be deleted through, a folder's link followed.
 * @throws SettingError where this is root, and others may write in that folder
 */
export function refuseSharedFolder(storageDir: string): void {
  if (process.geteuid?.() !== 0) return;
  for (const folder of ['.', 'app', 'app/backups', 'logs', 'database']) refuseShared(path.join(storageDir, folder));
}

function refuseShared(folder: string): void {
  const stat = statOf(folder);
  if (stat?.isDirectory() !== true) return;
  // The group of a user's own folder is often that user alone, which is not root.
  const writable = stat.gid === 0 ? ALL_WRITE : ALL_WRITE | GROUP_WRITES;
  if ((stat.mode & writable) === 0) return;
  throw new SettingError(
    `Other users may write in ${folder}, in STORAGE_DIR (mode ${(stat.mode & 0o7777).toString(8)}), and this is root: run ` +
      `chmod go-w ${folder}, or start as the user whom it belongs to.`,
  );
}

/** Of a link, where it leads. What cannot be looked at cannot be used either, and that is said in better words. */
function statOf(folder: string): Stats | null {
  try {
    return statSync(folder);
  } catch {
    return null;
  }
}

/** Root's files are as safe as our own. */
function isStrangers({ uid }: Stats): boolean {
  return uid !== 0 && uid !== ourUid();
}

function ourUid(): number {
  return process.geteuid?.() ?? 0;
}

async function list(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.map((name) => path.join(directory, name));
}
