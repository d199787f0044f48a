import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { link, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { reasonOf, BackupError } from '../core/errors';
import type { BackupSettings } from '../core/settings';
import { syncDirectory } from '../files/fsync';
import { writeWhole } from '../files/write-whole';

export interface Signature {
  /** Ed25519 over the document's UTF-8 bytes, in base64. */
  signature: string;
  /** What tells whether it fits, as PEM: SubjectPublicKeyInfo. */
  publicKey: string;
}

/**
 * Signs a text with the key of this storage folder, which is made once and kept in `STORAGE_DIR/app/state/report-key.pem`.
 * @throws BackupError where the key cannot be read or kept: another one would not fit what people wrote down of the first
 */
export async function signed(
  { stateDirectory }: Pick<BackupSettings, 'stateDirectory'>,
  text: string,
): Promise<Signature> {
  const file = path.join(stateDirectory, 'report-key.pem');
  try {
    const key = createPrivateKey(await keyIn(stateDirectory, file));
    return {
      signature: sign(null, Buffer.from(text), key).toString('base64'),
      publicKey: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
    };
  } catch (error) {
    throw new BackupError(`The key that signs reports cannot be used, in ${file}: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

async function keyIn(folder: string, file: string): Promise<string> {
  const read = (): Promise<string> => readFile(file, 'utf8');
  return read().catch(async (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await makeKey(folder, file);
    return read();
  });
}

/** Under a name of its own, and then linked: a crash leaves no half key, and of two processes the first one's stays. */
async function makeKey(folder: string, file: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const made = path.join(folder, `.report-key-${randomBytes(6).toString('hex')}`);
  const unfinished = `${made}.new`;
  await writeWhole(made, unfinished, pem);
  try {
    await link(made, file).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
    await syncDirectory(folder);
  } finally {
    await rm(made, { force: true });
  }
}
