import { type Backup, listBackups } from './catalogue';
import type { BackupCheck, BackupChecker } from './checker';
import { coverage, type Coverage } from './coverage';
import { BackupError } from './errors';
import type { Ledger, Query } from './ledger';
import { isBackupRunning } from './lock';
import { type BackupLogEntry, readLog } from './log-reader';
import { lostOperations } from './lost';
import type { BackupTrigger } from './manifest';
import { reportedElsewhere, THIS_HOST } from './reports';
import type { BackupRequester } from './request';
import type { BackupSettings } from './settings';

/** A backup as an administrator sees it. */
export interface BackupView {
  filename: string;
  /** The name of the machine that has the file. */
  host: string;
  /** Absolute. */
  path: string;
  createdAt: Date;
  sizeBytes: number;
  sha256: string;
  trigger: BackupTrigger;
  /** Every operation up to this number is in it; 0 where there was none yet. */
  lastOperation: number;
  /** Of today's history: its last operation is in the live database. */
  current: boolean;
  verifiedAt: Date | null;
  durationMs: number;
  /** The last test restore that this server was asked for. */
  check: BackupCheck | null;
}

/** What a file of this machine tells of itself. */
export function viewOf(backup: Backup): Omit<BackupView, 'current' | 'check'> {
  const { filename, path, createdAt, sizeBytes, sha256, trigger, verifiedAt, durationMs } = backup;
  const lastOperation = backup.lastOperation.number;
  const file = { filename, host: THIS_HOST, path, createdAt, sizeBytes, sha256 };
  return { ...file, trigger, lastOperation, verifiedAt, durationMs };
}

export interface BackupStatus {
  healthy: boolean;
  /** Why it is not healthy, in one sentence. */
  problem: string | null;
  /** Tries of this server that failed since the last success. */
  failures: number;
  /** Tries of this server to copy the backups that failed since the last success. */
  copyFailures: number;
  running: boolean;
  lastOperation: number;
  coveredThrough: number;
  pendingOperations: number;
  count: number;
  totalBytes: number;
  keep: number;
  latest: BackupView | null;
}

export interface BackupDeskOptions {
  settings: BackupSettings;
  ledger: Ledger;
  /** Asks the live database. */
  query: Query;
  database: string;
  /** Whoever makes the backups and checks them: a server does, a command that only looks does not. */
  requester: Pick<BackupRequester, 'problem' | 'failuresInARow' | 'running' | 'request'>;
  checker: Pick<BackupChecker, 'of' | 'begin'>;
  /** An operation may be without a backup for so long before that is a problem: by default not at all. */
  graceMs?: number;
  /** Whoever copies the backups elsewhere; null where nobody does. */
  copier: Pick<BackupRequester, 'problem' | 'failuresInARow'> | null;
}

/** What a running server knows of its backups, and where it asks for one. */
export class BackupDesk {
  private lacking: { coveredThrough: number; since: number } | null = null;

  constructor(private readonly options: BackupDeskOptions) {}

  /** The complete backups, newest first. */
  async list(): Promise<BackupView[]> {
    return (await this.read(await this.files())).views;
  }

  /** The same, and with it what other servers on the database last told of theirs. */
  async listEverywhere(): Promise<BackupView[]> {
    const { settings, ledger, query } = this.options;
    const elsewhere = await reportedElsewhere(query, settings.directory);
    const existing = await ledger.existing(
      query,
      elsewhere.map(({ lastOperation }) => lastOperation),
    );
    const views = elsewhere.map(({ lastOperation: { number, uid }, ...file }) => ({
      ...file,
      lastOperation: number,
      current: uid === null || existing.has(uid),
      check: null,
    }));
    // By name, as `list` has them: the times in the names of one machine never go back, whatever its clock does.
    return [...(await this.list()), ...views].sort((a, b) => (a.filename < b.filename ? 1 : -1));
  }

  /** The complete backup of that name; null where there is none. */
  async find(filename: string): Promise<Backup | null> {
    return (await this.files()).find((backup) => backup.filename === filename) ?? null;
  }

  /** The last lines of the backup log, oldest first. */
  log(lines: number): Promise<BackupLogEntry[]> {
    return readLog(this.options.settings.logFile, lines);
  }

  /** Asks for a backup in the background and returns at once; a person's comes whether or not one is missing. */
  request(trigger: BackupTrigger): void {
    this.options.requester.request(trigger, { force: trigger === 'MANUAL' });
  }

  /** Begins a test restore in the background; the backup as it is now, or null where there is none of that name. */
  async verify(filename: string): Promise<BackupView | null> {
    const backup = await this.find(filename);
    if (backup === null) return null;
    this.options.checker.begin(backup);
    return (await this.list()).find((view) => view.filename === filename) ?? null;
  }

  async status(): Promise<BackupStatus> {
    const { settings, ledger, query, requester, copier } = this.options;
    const wasRunning = await this.isRunning();
    let unreadable: string | null = null;
    const files = await this.files().catch((error: unknown) => {
      unreadable = BackupError.from(error, 'The backups cannot be listed').message;
      return [];
    });
    const { views, covered } = await this.read(files);
    const running = await this.isRunning();
    const { number: lastOperation } = covered.newest;
    // One that ended while the files were being read may have covered what they seemed to lack.
    const mayBeLacking = !wasRunning && !running;
    const lacking = mayBeLacking ? this.lasting(covered) : null;
    const lost = mayBeLacking ? await lostOperations(covered, { ledger, query, directory: settings.directory }) : null;
    const problem = lost ?? requester.problem ?? unreadable ?? lacking ?? copier?.problem ?? null;
    return {
      healthy: problem === null,
      problem,
      failures: requester.failuresInARow,
      copyFailures: copier?.failuresInARow ?? 0,
      running,
      lastOperation,
      coveredThrough: covered.coveredThrough,
      pendingOperations: covered.pending,
      count: views.length,
      totalBytes: views.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      keep: settings.keep,
      latest: views[0] ?? null,
    };
  }

  private lasting({ coveredThrough, newest, pending }: Coverage): string | null {
    if (pending === 0) return null;
    const now = performance.now();
    if (this.lacking?.coveredThrough !== coveredThrough) this.lacking = { coveredThrough, since: now };
    const { graceMs = 0 } = this.options;
    return now - this.lacking.since < graceMs ? null : missing(coveredThrough, newest.number);
  }

  private async isRunning(): Promise<boolean> {
    const { query, database, requester } = this.options;
    return requester.running || (await isBackupRunning(query, database));
  }

  private files(): Promise<Backup[]> {
    return listBackups(this.options.settings.directory);
  }

  private async read(
    backups: readonly Backup[],
  ): Promise<{ views: BackupView[]; covered: Awaited<ReturnType<typeof coverage>> }> {
    const { ledger, query, checker } = this.options;
    const covered = await coverage(backups, ledger, query);
    const views = backups.map((backup) => {
      const check = checker.of(backup.filename);
      const verifiedAt = check?.sound === true ? check.finishedAt : backup.verifiedAt;
      return { ...viewOf(backup), current: covered.current.has(backup.filename), verifiedAt, check };
    });
    return { views, covered };
  }
}

function missing(coveredThrough: number, lastOperation: number): string | null {
  const first = coveredThrough + 1;
  if (first > lastOperation) return null;
  return first === lastOperation
    ? `Operation ${first} is in no backup yet.`
    : `Operations ${first} to ${lastOperation} are in no backup yet.`;
}
