import { readFile } from 'node:fs/promises';
import { BackupError } from '../core/errors';

/**
 * The age identities in a file as `age-keygen` writes it. Its content is in no message.
 * @throws BackupError
 */
export async function readIdentities(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw BackupError.from(error, `The age identity file ${file} cannot be read`);
  });
  if (text.startsWith('age-encryption.org/') || text.startsWith('-----BEGIN AGE ENCRYPTED FILE-----')) {
    throw new BackupError(`The age identity file ${file} is itself encrypted: decrypt it first, with age --decrypt.`);
  }
  const lines = text.split('\n').map((line) => line.trim());
  const identities = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (identities.length === 0 || !identities.every((line) => line.startsWith('AGE-SECRET-KEY-'))) {
    throw new BackupError(`${file} is no age identity file: its lines must begin with AGE-SECRET-KEY-.`);
  }
  return identities;
}
