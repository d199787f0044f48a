import type { DatabaseAddress } from '../../database/connection/address';
import type { Ledger } from '../core/ledger';
import type { BackupLog } from '../core/log';
import type { BackupSettings } from '../core/settings';
import type { Backup } from '../files/catalogue';
import type { BackupTrigger } from '../files/manifest';
import type { DatabaseServer } from '../server/server-version';
import type { Session } from '../server/session';

/** What is needed to settle what interrupted restores and fetches left. */
interface InterruptedContext {
  settings: BackupSettings;
  ledger: Ledger;
  session: Session;
  server: DatabaseServer;
  log: BackupLog;
  workDirectory: string;
  tag: string;
  stallMs: number;
  signal: AbortSignal;
  now: () => Date;
}

/**
 * Settles what restores and fetches left that died: files and databases of theirs. A restore that was killed after its
 * swap owes a backup of what it replaced.
 * @returns the backups that were made of what was replaced
 */
export type SettleInterrupted = (context: InterruptedContext) => Promise<Backup[]>;

export interface BackupDependencies {
  settings: BackupSettings;
  address: DatabaseAddress;
  ledger: Ledger;
  settleInterrupted: SettleInterrupted;
  /** Ends the backup cleanly: nothing is left behind but what was published before. */
  signal?: AbortSignal;
  /** Nobody waits for it: a long dump rests now and then, so that requests need not. */
  gentle?: boolean;
  /** A dump that moves no byte for this long is ended. */
  stallMs?: number;
  now?: () => Date;
  /** Told, and waited for, at each step. */
  onStep?: (step: BackupStep) => void | Promise<void>;
  /** Told of each backup as soon as it has its name. */
  onPublished?: (backup: Backup) => void;
}

export type BackupStep = 'locked' | 'dumping' | 'dumped' | 'synced' | 'named' | 'published' | 'rotated';

export interface BackupRequest {
  trigger: BackupTrigger;
  /** Makes one backup even where every operation has one. */
  force: boolean;
  /** Stops after one backup. By default it goes on until nothing is pending, or its turn of 5 s is over. */
  once?: boolean;
}

export interface BackupOutcome {
  /** In the order of their making; empty where every operation had a backup already. */
  published: Backup[];
  /** The names of the files that rotation removed. */
  rotated: string[];
  /** What went wrong without costing a backup, in sentences. */
  warnings: string[];
  /** How many operations had no backup when its turn was over: ask again. */
  pending: number;
}
