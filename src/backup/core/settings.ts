import path from 'node:path';
import type { DatabaseAddress } from '../../database/connection/address';

const CHANGES_WITHIN_MS = 10_000;

/** Of each of how many of the last hours, days and so on one state stays; 0: the rule is off. */
export interface PeriodRules {
  hourly: number;
  daily: number;
  weekly: number;
  monthly: number;
  yearly: number;
  /** Every state of this time stays, in ms. */
  withinMs: number;
}

/** What stays beyond the newest. */
export interface RetentionRules extends PeriodRules {
  /** Every operation of this time can be restored, in ms; 0: the rule is off. */
  reachMs: number;
}

const NO_RULES: RetentionRules = { reachMs: 0, withinMs: 0, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 };

export interface BackupSettings {
  /** Holds the backups and nothing else. */
  directory: string;
  /** Holds the log segments of the backups, and nothing else. */
  logDirectory: string;
  /** Holds unfinished files; on the same file system as `directory`, so that a rename publishes one whole. */
  workDirectory: string;
  /** Holds what proofs found, one small file for each backup: beside the backups, never among them. */
  proofDirectory: string;
  /** Holds what must outlive a process beside the backups: small files, each of which may be lost. */
  stateDirectory: string;
  logFile: string;
  /** How many of the newest backups stay; 1 or more. */
  keep: number;
  rules: RetentionRules;
  /** `full`: a backup for each operation. `log`: what commits after a backup is stored from the server's binary log. */
  mode: 'full' | 'log';
  /** A log segment is all that an operation needs. Where copies are kept off-site, each operation gets a backup beside it. */
  logAlone: boolean;
  /** `restore`: each backup is proven after it was published, by a restore. `checksum`: its hash alone is compared. */
  verify: 'restore' | 'checksum';
  /** Where proofs are made; null: on a private server, where its program is installed. */
  proofServer: DatabaseAddress | null;
  /** What is no operation is backed up within this time after the last change of a burst, in ms. */
  changesWithinMs: number;
  /** Holds the private server's files while a proof runs. */
  proofServerDirectory: string;
}

/** Where everything of the backups lies under STORAGE_DIR. */
export function backupSettings(
  storageDir: string,
  {
    keep,
    rules = NO_RULES,
    mode = 'full',
    verify,
    proofServer = null,
    changesWithinMs = CHANGES_WITHIN_MS,
    copy,
  }: Pick<BackupSettings, 'keep' | 'verify'> & Partial<BackupSettings> & { copy?: { target: unknown } },
): BackupSettings {
  return {
    directory: path.join(storageDir, 'app', 'backups'),
    logDirectory: path.join(storageDir, 'app', 'log'),
    workDirectory: path.join(storageDir, 'app', '.backup-work'),
    proofDirectory: path.join(storageDir, 'app', 'proofs'),
    stateDirectory: path.join(storageDir, 'app', 'state'),
    logFile: path.join(storageDir, 'logs', 'backup.log'),
    keep,
    rules,
    mode,
    logAlone: mode === 'log' && (copy?.target ?? null) === null,
    verify,
    proofServer,
    changesWithinMs,
    proofServerDirectory: path.join(storageDir, 'prove'),
  };
}
