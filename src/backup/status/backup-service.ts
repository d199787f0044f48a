import type { Backup } from '../files/catalogue';
import { listLabelled, type LabelledBackup } from '../files/proofs';
import { type BackupView, viewOf } from './backup-view';
import type { BackupChecker } from '../prove/verification-queue';
import { coverage, type Coverage } from '../files/coverage';
import { BackupError } from '../core/errors';
import type { Ledger } from '../core/ledger';
import type { Query } from '../../database/connection/query';
import { isBackupRunning, isProofRunning } from '../server/backup-lock';
import { type BackupLogEntry, readLog } from '../core/log-reader';
import { lostOperations } from './lost-operations';
import type { BackupTrigger } from '../files/manifest';
import { reportedElsewhere } from './peer-inventory';
import type { Acknowledgement, Finding } from '../../values/finding';
import { drillProblem, recoveryReport, type RecoveryReport, type RecoverySources } from './recovery-report';
import { LogHealth } from './log-health';
import { waitingChanges } from './waiting-changes';
import { proofHealth, type ProofHealth } from './proof-health';
import { LogMemory, reachStatus, type ReachStatus } from './reach';
import { storedBeyond } from '../segments/chain';
import type { BackupScheduler } from '../schedule/backup-scheduler';
import { damagedFiles } from '../schedule/scrub';
import type { BackupSettings } from '../core/settings';

export interface BackupStatus extends ReachStatus {
  healthy: boolean;
  /** Why it is not healthy, in one sentence. */
  problem: string | null;
  /** Tries of this server that failed since the last success. */
  failures: number;
  /** Tries of this server to copy the backups that failed since the last success. */
  copyFailures: number;
  /** Tries of this server to make a proof that came to no verdict since the last that did. */
  proofFailures: number;
  running: boolean;
  /** Whether a proof is being made. */
  proving: boolean;
  lastOperation: number;
  /** The newest operation that is stored. */
  coveredThrough: number;
  /** The newest operation that a PROVEN backup contains. */
  provenThrough: number;
  /** The newest operation that a judged backup contains, PROVEN or UNSOUND. */
  judgedThrough: number;
  /** How many operations no file was made of. */
  missedOperations: number;
  /** The newest committed change, the newest one that is stored, and the newest one that a PROVEN backup contains. */
  lastChange: number;
  /** The newest link of the chain of changes; null where there is none. */
  chainHead: string | null;
  changesStoredThrough: number;
  changesProvenThrough: number;
  pendingChanges: number;
  /** How many changes no file was made of. */
  missedChanges: number;
  /** What is no operation is to be backed up now. */
  areChangesDue: boolean;
  /** The newest file is to be proven, or to be replaced. */
  isProofDue: boolean;
  /** What is wrong with the making of backups alone, in one sentence. */
  backupProblem: string | null;
  /** What is wrong with the proofs, in one sentence. */
  proofProblem: string | null;
  /** Why a file is DAMAGED, or cannot be read, in one sentence; null where the ledger's broken rules come first. */
  damageProblem: string | null;
  /** What the proofs leave unproven, and how the binary log is followed where that is not as it should be, in sentences. */
  proofNote: string | null;
  findings: Finding[];
  acknowledgedFindings: Acknowledgement[];
  pendingOperations: number;
  count: number;
  /** How many of these are of today's history. */
  current: number;
  /** How many are DAMAGED. */
  damaged: number;
  totalBytes: number;
  keep: number;
  verify: BackupSettings['verify'];
  latest: BackupView | null;
}

export interface BackupServiceOptions {
  settings: BackupSettings;
  ledger: Ledger;
  /** Asks the live database. */
  query: Query;
  database: string;
  /** The part that makes backups and checks them. A command that only reports hands in idle ones. */
  scheduler: Pick<BackupScheduler, 'problem' | 'failuresInARow' | 'running' | 'request'>;
  checker: Pick<BackupChecker, 'of' | 'begin'>;
  /** An operation may be without a backup for so long before that is a problem: by default not at all. */
  graceMs?: number;
  /** The part that makes off-site copies; null if no target is set. */
  copier: Pick<BackupScheduler, 'problem' | 'failuresInARow'> | null;
  /** The part that proves backups. */
  prover: Pick<BackupScheduler, 'problem' | 'failuresInARow' | 'running'>;
  /** The findings of the ledger's check that somebody has acknowledged. */
  acknowledged?: () => Promise<readonly Acknowledgement[]>;
  /** What the next change would lack, before any backup of it, in one sentence; null: nothing. */
  lacking?: () => Promise<string | null>;
  /** What the report and the drills are made of; a part that only counts backups hands in nothing. */
  recovery?: RecoverySources;
  /** Whether this server has the binary log followed, where BACKUP_MODE is "log". */
  follows?: boolean;
  /** Before this nobody could have proven anything: a server that just started is not late. */
  provesSince?: Date;
}

/** What a running server knows of its backups, and where it asks for one. */
export class BackupService {
  private readonly logMemory = new LogMemory();
  private readonly begun = new Date();
  private lacking: { coveredThrough: number; since: number } | null = null;

  private readonly logHealth: LogHealth;

  constructor(private readonly options: BackupServiceOptions) {
    this.logHealth = new LogHealth({ follows: false, graceMs: 0, ...options });
  }

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
    const views = elsewhere.map(({ lastOperation: { number, uid }, lastChange, ...file }) => ({
      ...file,
      proofProblem: null,
      lastOperation: number,
      lastChange: lastChange?.number ?? 0,
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

  /** Asks for a backup in the background and returns at once; a person's and a new pool's come though none is missing. */
  request(trigger: BackupTrigger): void {
    this.options.scheduler.request(trigger, { force: trigger === 'MANUAL' || trigger === 'INITIAL' });
  }

  /** Begins a test restore in the background; the backup as it is now, or null where there is none of that name. */
  async verify(filename: string): Promise<BackupView | null> {
    const backup = await this.find(filename);
    if (backup === null) return null;
    this.options.checker.begin(backup);
    return (await this.list()).find((view) => view.filename === filename) ?? null;
  }

  /**
   * What an auditor asks of the time from `from` on and before `to`.
   * @throws BackupError where it cannot be signed
   */
  report(from: Date, to: Date): Promise<RecoveryReport> {
    const { settings, query, recovery } = this.options;
    if (recovery === undefined) throw new Error('There is nothing to make a report of.');
    return recoveryReport({ settings, query, ...recovery }, from, to);
  }

  async status(): Promise<BackupStatus> {
    const { settings, ledger, query, database, scheduler, copier, prover } = this.options;
    const wasRunning = await this.isRunning();
    let unreadable: string | null = null;
    const files = await this.files().catch((error: unknown) => {
      unreadable = BackupError.from(error, 'The backups cannot be listed').message;
      return [];
    });
    const { views, covered } = await this.read(files);
    const ofToday = files.filter(({ filename }) => covered.current.has(filename));
    const proofs = await this.proofHealth(ofToday);
    const reach = await reachStatus({ settings, ledger, query, memory: this.logMemory }, ofToday, new Date());
    const running = await this.isRunning();
    const { number: lastOperation } = covered.newest;
    // One that ended while the files were being read may have covered what they seemed to lack.
    const mayBeLacking = !wasRunning && !running;
    const lacking = mayBeLacking ? this.lasting(covered) : null;
    const lost = mayBeLacking ? await lostOperations(covered, { ledger, query, directory: settings.directory }) : null;
    const { changesWithinMs: withinMs } = settings;
    const waiting = await waitingChanges(covered, { ledger, query, withinMs, graceMs: this.options.graceMs ?? 0 });
    const [unfit = null] = await damagedFiles(settings).catch(() => []);
    const log = await this.logHealth.state();
    const failed = lost ?? scheduler.problem ?? unreadable;
    // First: what is missing makes the rest fail, too.
    const lack = (await this.options.lacking?.()) ?? null;
    const waitsTooLong = lacking ?? (mayBeLacking ? waiting.problem : null);
    const failure = lack ?? failed ?? proofs.damage ?? waitsTooLong;
    const offsite = copier?.problem ?? (await drillProblem(this.options.recovery, this.begun));
    const problem = failure ?? proofs.problem ?? unfit ?? log.problem ?? offsite;
    return {
      healthy: problem === null,
      problem,
      failures: scheduler.failuresInARow,
      copyFailures: copier?.failuresInARow ?? 0,
      proofFailures: prover.failuresInARow,
      running,
      proving: prover.running || (await isProofRunning(query, database)),
      lastOperation,
      coveredThrough: covered.coveredThrough,
      provenThrough: covered.provenThrough,
      judgedThrough: covered.judgedThrough,
      pendingOperations: covered.pending,
      missedOperations: covered.missed,
      lastChange: covered.newestChange.number,
      chainHead: covered.newestChange.hash ?? null,
      changesStoredThrough: covered.changesStoredThrough,
      changesProvenThrough: covered.changesProvenThrough,
      pendingChanges: waiting.pending,
      missedChanges: covered.missedChanges,
      areChangesDue: waiting.areDue,
      isProofDue: proofs.isProofDue,
      backupProblem: failed ?? waitsTooLong,
      proofProblem: proofs.problem,
      damageProblem: proofs.damage ?? (proofs.findings.length > 0 ? null : unfit),
      proofNote: [proofs.note, log.note].filter((note) => note !== null).join(' ') || null,
      findings: proofs.findings,
      acknowledgedFindings: proofs.acknowledgedFindings,
      count: views.length,
      current: covered.current.size,
      damaged: views.filter(({ proof }) => proof === 'DAMAGED').length,
      totalBytes: views.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      keep: settings.keep,
      ...reach,
      verify: settings.verify,
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

  private async proofHealth(files: readonly LabelledBackup[]): Promise<ProofHealth> {
    const { settings, prover, acknowledged, provesSince = new Date(0) } = this.options;
    return proofHealth({
      files,
      verify: settings.verify,
      acknowledged: (await acknowledged?.()) ?? [],
      failure: prover.problem,
      since: provesSince,
      now: new Date(),
    });
  }

  private async isRunning(): Promise<boolean> {
    const { query, database, scheduler } = this.options;
    return scheduler.running || (await isBackupRunning(query, database));
  }

  private files(): Promise<LabelledBackup[]> {
    return listLabelled(this.options.settings);
  }

  private async read(
    backups: readonly LabelledBackup[],
  ): Promise<{ views: BackupView[]; covered: Awaited<ReturnType<typeof coverage>> }> {
    const { settings, ledger, query, checker } = this.options;
    const beyond = settings.mode === 'log' ? await storedBeyond(settings, backups) : [];
    const covered = await coverage(backups, ledger, query, beyond);
    const views = backups.map((backup) => ({
      ...viewOf(backup),
      current: covered.current.has(backup.filename),
      check: checker.of(backup.filename),
    }));
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
