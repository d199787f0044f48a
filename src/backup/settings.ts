import path from 'node:path';

export interface BackupSettings {
  /** Holds the backups and nothing else. */
  directory: string;
  /** Holds unfinished files; on the same file system as `directory`, so that a rename publishes one whole. */
  workDirectory: string;
  logFile: string;
  /** How many backups rotation keeps; 1 or more. */
  keep: number;
  /** `restore`: a backup counts once it was restored and audited. `checksum`: once it is complete. */
  verify: 'restore' | 'checksum';
}

/** Where everything of the backups lies under STORAGE_DIR. */
export function backupSettings(
  storageDir: string,
  { keep, verify }: Pick<BackupSettings, 'keep' | 'verify'>,
): BackupSettings {
  return {
    directory: path.join(storageDir, 'app', 'backups'),
    workDirectory: path.join(storageDir, 'app', '.backup-work'),
    logFile: path.join(storageDir, 'logs', 'backup.log'),
    keep,
    verify,
  };
}
