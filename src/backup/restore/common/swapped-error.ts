import { BackupError, reasonOf } from '../../core/errors';

/** The swap had begun: the live database is the restored one, or may be, and the message says so. */
export class SwappedError extends BackupError {}

/** Why the lock was lost. What it says itself is of a backup. */
export function causeOf(lockLost: unknown): string {
  return reasonOf((lockLost as BackupError).cause);
}
