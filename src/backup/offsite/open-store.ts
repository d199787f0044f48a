import { BackupError } from '../core/errors';
import { DirectoryStore } from './directory-store';
import { S3Store } from './s3-store';
import { describeTarget, type CopySettings, type CopyTarget } from './settings';
import type { CopyStore } from './store';

/** @param signal ends what is under way */
export async function openStore(
  target: CopyTarget,
  { s3 }: Pick<CopySettings, 's3'>,
  signal: AbortSignal,
): Promise<CopyStore> {
  if (target.kind === 'directory') return new DirectoryStore(target.directory);
  if (s3 === null) {
    throw new BackupError(`AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set for ${describeTarget(target)}.`);
  }
  return S3Store.open(target, s3, signal);
}
