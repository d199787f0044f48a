import type { DatabaseAddress } from '../../../database/connection/address';
import type { BackupLog } from '../../core/log';
import type { DatabaseServer } from '../../server/server-version';
import type { Session } from '../../server/session';
import type { BackupSettings } from '../../core/settings';
import type { RestoreLedger } from '../../core/restore-ledger';

/** In this order. After `swapped` the restored database is the live one. */
export type RestoreStep =
  'locked' | 'created' | 'loaded' | 'replayed' | 'migrated' | 'checked' | 'swapped' | 'kept' | 'dropped' | 'backedUp';

export interface RestoreDependencies {
  settings: BackupSettings;
  address: DatabaseAddress;
  ledger: RestoreLedger;
  /** The names of the migrations that this program knows, in their order. */
  knownSchemas: readonly string[];
  /** Brings a database to today's schema; returns the names of the migrations that it took. */
  migrate: (address: DatabaseAddress) => Promise<string[]>;
  /** Keeps the restored rows out of the server's binary log. Only where nobody follows it. */
  unlogged: boolean;
  /** Ends the restore cleanly, with the live database as it was; once it was swapped, the restore goes on to its end. */
  signal?: AbortSignal;
  /** A client program that moves no byte for this long is ended. */
  stallMs?: number;
  now?: () => Date;
  /** Told, and waited for, after each step. */
  onStep?: (step: RestoreStep) => void | Promise<void>;
  /** Told what is being done, and how much of it is done, from 0 to 1, where that is known. */
  onProgress?: (doing: string, part: number | null) => void;
}

/** What the steps of a restore, and what clears up after one, share. */
export interface RestoreContext {
  settings: BackupSettings;
  ledger: RestoreLedger;
  session: Session;
  server: DatabaseServer;
  log: BackupLog;
  workDirectory: string;
  tag: string;
  stallMs: number;
  signal?: AbortSignal;
  now: () => Date;
}
