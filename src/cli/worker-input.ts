import type { BackupRequest } from '../backup/run-backup';
import type { Config } from '../config';

/** What the server writes to this process's standard input: secrets must be in no argument list or environment. */
export interface WorkerInput {
  config: Config;
  request: BackupRequest;
}
