import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { SettingError } from './read-setting';

const SECRET = /^[\w-]{43}$/;

/**
 * The key that signs tokens where JWT_SECRET is not set: made once, 256 random bits, readable by this user alone.
 * Processes that start at the same time get the same key.
 * @throws SettingError where the file cannot be used
 */
export async function keptJwtSecret(storageDir: string): Promise<string> {
  const file = path.join(storageDir, 'jwt-secret');
  try {
    await mkdir(storageDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new SettingError(`STORAGE_DIR ${storageDir} cannot be used: ${(error as Error).message}.`);
  }
  try {
    const secret = await readFile(file, 'utf8').catch(async (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await create(file);
      return readFile(file, 'utf8');
    });
    if (SECRET.test(secret)) return secret;
  } catch (error) {
    const { message } = error as Error;
    throw new SettingError(
      `The key in STORAGE_DIR that signs the tokens cannot be used: ${message}: correct that, or set JWT_SECRET.`,
    );
  }
  throw new SettingError(
    `JWT_SECRET is not set, and ${file} is damaged: delete it, and all users have to sign in again.`,
  );
}

/** A crash leaves no half file: it is written under another name and linked, which fails if another process was first. */
async function create(file: string): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  await rm(unfinished, { force: true });
  try {
    const handle = await open(unfinished, 'wx', 0o600);
    try {
      await handle.writeFile(randomBytes(32).toString('base64url'));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(unfinished, file).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(unfinished, { force: true });
  }
}
