import type { BackupRequest } from '../backup/run/types';
import type { Config } from '../config/config';

/** The server writes this to the worker's standard input, because other users can read arguments and environments. */
export interface WorkerInput {
  config: Config;
  request: BackupRequest;
}
