import type { Config } from './config/config';
import type { DatabaseAddress } from './database/connection/address';
import type { Query } from './database/connection/query';
import type { Running } from './program/running';

/** The programs that work in the background, each as `node` is given it. */
export interface BackupPrograms {
  /** Makes a backup. */
  backupProgram: string;
  /** Proves the newest backup. */
  proofProgram: string;
  /** Reads the kept backups again and compares their hashes. */
  scrubProgram: string;
  /** Copies the backups off-site. */
  copyProgram: string;
  /** Restores the newest copy, as after the loss of this machine. */
  drillProgram: string;
  /** Follows the database server's binary log. */
  logProgram: string;
}

export interface BackupsOptions extends BackupPrograms {
  config: Config;
  address: DatabaseAddress;
  /** Asks the live database. */
  query: Query;
  running: Running;
}
