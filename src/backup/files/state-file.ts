import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import type { BackupSettings } from '../core/settings';
import { writeWhole } from './write-whole';

/** Names of the files in the state folder: letters and hyphens. */
export type StateKey =
  | 'last-try'
  | 'last-proof'
  | 'webhook-backup'
  | 'webhook-copy'
  | 'webhook-proof'
  | 'scrub'
  | 'chains'
  | 'drills'
  | 'log';

type Folder = Pick<BackupSettings, 'stateDirectory'>;

/** A writer that is alive has renamed its unfinished file long before. */
const UNFINISHED_MS = 60_000;

/**
 * What was last written under that key; null where nothing was, or where the file is torn, cannot be read or is not of
 * that shape: the next write replaces it. Never throws.
 */
export async function readState<T>({ stateDirectory }: Folder, key: StateKey, shape: z.ZodType<T>): Promise<T | null> {
  try {
    const parsed = shape.safeParse(JSON.parse(await readFile(path.join(stateDirectory, `${key}.json`), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/**
 * Replaces what is kept under that key, whole or not at all, also across a power cut. Each key has a file of its own, so
 * that several processes need no lock: the last writer of a key wins, and nobody loses another key.
 * @throws an error of the file system
 */
export async function writeState({ stateDirectory }: Folder, key: StateKey, value: unknown): Promise<void> {
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
  const unfinished = path.join(stateDirectory, `.${key}-${randomBytes(6).toString('hex')}`);
  await writeWhole(path.join(stateDirectory, `${key}.json`), unfinished, `${JSON.stringify(value)}\n`);
  await removeUnfinished(stateDirectory, key);
}

/** Removes what a writer of that key left that was killed between its two steps. */
async function removeUnfinished(directory: string, key: StateKey): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith(`.${key}-`)) continue;
    const file = path.join(directory, name);
    const changed = await stat(file).catch(() => null);
    if (changed !== null && Date.now() - changed.mtimeMs > UNFINISHED_MS) await rm(file, { force: true });
  }
}
