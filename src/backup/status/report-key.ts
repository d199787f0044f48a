import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { reasonOf, BackupError } from '../core/errors';
import type { BackupSettings } from '../core/settings';
import { writeWhole } from '../files/write-whole';

export interface Signature {
  /** Ed25519 over the document's UTF-8 bytes, in base64. */
  signature: string;
  /** What tells whether it fits, as PEM: SubjectPublicKeyInfo. */
  publicKey: string;
}

/**
 * Signs a text with the pool's own key, which is made once and kept in `STORAGE_DIR/app/state/report-key.pem`.
 * @throws BackupError where the key cannot be kept
 */
export async function signed(
  { stateDirectory }: Pick<BackupSettings, 'stateDirectory'>,
  text: string,
): Promise<Signature> {
  const file = path.join(stateDirectory, 'report-key.pem');
  const key = (await readKey(file)) ?? (await makeKey(stateDirectory, file));
  return {
    signature: sign(null, Buffer.from(text), key).toString('base64'),
    publicKey: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** null where there is none, or where it is torn. */
async function readKey(file: string): Promise<KeyObject | null> {
  try {
    const key = createPrivateKey(await readFile(file, 'utf8'));
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    return null;
  }
}

async function makeKey(folder: string, file: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeWhole(file, path.join(folder, `.report-key-${randomBytes(6).toString('hex')}`), pem);
  } catch (error) {
    throw new BackupError(`The key that signs reports could not be kept in ${folder}: ${reasonOf(error)}.`);
  }
  // Another process may have made one at the same time: the last one stays.
  return (await readKey(file)) ?? privateKey;
}
