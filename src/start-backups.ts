import { setTimeout as sleep } from 'node:timers/promises';
import { type BackupSettings, backupSettings } from './backup/core/settings';
import { BackupLog } from './backup/core/log';
import { prepareFolders } from './backup/files/staging';
import { type Copier, createCopier } from './backup/offsite/copier';
import { drills } from './backup/offsite/drill-record';
import { BackupChecker } from './backup/prove/verification-queue';
import { keepLastTry } from './backup/run/last-try';
import type { BackupRequest } from './backup/run/types';
import type { WorkerReport } from './backup/schedule/worker-report';
import { BackupScheduler, timeLimitForBackups } from './backup/schedule/backup-scheduler';
import { createLogFollower, type LogFollower } from './backup/schedule/log-follower';
import { createProver, type Prover } from './backup/schedule/prover';
import { BackupService, type BackupServiceOptions, type BackupStatus } from './backup/status/backup-service';
import { BackupWebhook } from './backup/status/webhook';
import type { BackupsOptions } from './backups-options';
import type { Config } from './config/config';
import { whatChangesLack } from './database/write-needs';
import type { HowToStop } from './program/running';
import type { WorkerInput } from './program/worker-input';
import { backupLedger } from './services/backup-ledger';
import { acknowledgedFindings } from './services/finding-service';
import { drillsByItself, startDrills, startHeartbeat, startScrub } from './start-periodic';
import { watchCoverage } from './watch-coverage';

/** The server's part in backups. */
interface Backups {
  desk: BackupService;
  /** Asks for a backup after a commit. Returns at once. */
  afterCommit: () => void;
  /**
   * Backs up a pool that has neither an operation nor a backup, and waits for the end of that first try: from this file on
   * every operation can be reached. A pool that cannot be backed up is of use all the same, and says what is wrong.
   */
  backUpNewPool(): Promise<void>;
  /** Backs up the operations that an earlier process left uncovered, and watches over coverage from then on. */
  watch(): Promise<void>;
  /** Waits for a running backup, for nine minutes at most. */
  finish(): Promise<void>;
  /** What becomes of running work if this process ends now, in sentences. */
  leftBehind: (how: HowToStop) => string[];
}

/** Time that an operation may be uncovered before the status reports a problem. */
const COVERAGE_GRACE_MS = 10_000;

/** A start waits no longer for the first backup of a new pool, which takes a second: the lock may be held elsewhere. */
const FIRST_BACKUP_MS = 30_000;

/** A stop waits no longer for a backup: container platforms kill after ten minutes (stop_grace_period in compose.yaml). */
const LONGEST_STOP_MS = 9 * 60_000;

/** Builds the parts that ask for backups, prove, check, copy and report them. Nothing is asked for before the first commit. */
export async function startBackups(options: BackupsOptions): Promise<Backups> {
  const { config } = options;
  const settings = backupSettings(config.storageDir, config.backup);
  // An empty folder, for people who look before the first backup. The backup itself tells what is wrong with it.
  await prepareFolders(settings).catch(() => undefined);
  const log = new BackupLog(settings.logFile);
  const reach = (): Promise<BackupStatus> => desk.status();
  const webhook = openWebhook('backup', options, log, reach);
  const copier = config.backup.copy.target === null ? null : startCopier(options, log, reach);
  const proofWebhook = openWebhook('proof', options, log, reach);
  // The labels of the backups tell what proofs, and checks of the kept files, found.
  const tellProof = (): void => {
    if (proofWebhook !== null) void reach().then(tellOfProofs.bind(null, proofWebhook), () => undefined);
  };
  const prover = startProver(options, log, ({ published }) => {
    if (published.length > 0) copier?.request();
    tellProof();
  });
  const scheduler = startScheduler(options, log, ({ problem, published }) => {
    webhook?.tell(problem);
    copier?.request();
    if (published.length > 0) prover.request();
  });
  const follower = startFollower(options, log, async () => {
    if ((await desk.status()).missedOperations > 0) scheduler.request('OPERATION');
  });
  const desk: BackupService = openDesk(options, settings, {
    scheduler,
    copier: copier?.scheduler ?? null,
    prover: prover.scheduler,
    follows: follower !== null,
  });
  return {
    desk,
    afterCommit: () => {
      const request = scheduler.request.bind(scheduler, 'OPERATION', { fresh: true });
      if (follower === null) request();
      else follower.storesOr(request);
    },
    finish: () => scheduler.stopWithin(LONGEST_STOP_MS),
    leftBehind: (how) => leftBehind(how, { backup: scheduler.running, proof: prover.scheduler.running }),
    backUpNewPool: () => backUpNewPool(desk, scheduler),
    watch: async () => {
      follower?.begin();
      const status = await desk.status();
      if (status.missedChanges > 0) desk.request('RECOVERY');
      else webhook?.tell(status.backupProblem);
      if (status.isProofDue) prover.request();
      // Whether a proof that is due can be made, only its try tells.
      if (proofWebhook !== null && !(status.isProofDue && status.damageProblem === null))
        tellOfProofs(proofWebhook, status);
      const watcher = watchCoverage({ ...options, desk, scheduler, prover, settings });
      const isBackupRunning = (): boolean => scheduler.running;
      startScrub(options, log, isBackupRunning, () => {
        watcher.lookAgain();
        tellProof();
      });
      startDrills(options, log, isBackupRunning);
      copier?.request();
      startHeartbeat(options, log, reach);
    },
  };
}

type Makers = Pick<BackupServiceOptions, 'scheduler' | 'copier' | 'prover' | 'follows'>;

function openDesk(
  { config, address, query, running }: BackupsOptions,
  settings: BackupSettings,
  makers: Makers,
): BackupService {
  const checker = new BackupChecker({ settings, address, ledger: backupLedger });
  running.add(() => checker.stop());
  return new BackupService({
    ...makers,
    settings,
    ledger: backupLedger,
    query,
    database: address.database,
    checker,
    graceMs: COVERAGE_GRACE_MS,
    acknowledged: () => acknowledgedFindings(query),
    lacking: () => whatChangesLack(config, query),
    recovery: {
      ledger: backupLedger,
      drills: () => drills(settings),
      drillEveryMs: drillsByItself(config.backup.copy) ? config.backup.copy.drillEveryMs : null,
    },
    provesSince: new Date(),
  });
}

async function backUpNewPool(desk: BackupService, scheduler: BackupScheduler): Promise<void> {
  const { lastOperation, current } = await desk.status();
  if (lastOperation > 0 || current > 0) return;
  desk.request('INITIAL');
  await Promise.race([scheduler.idle(), sleep(FIRST_BACKUP_MS, undefined, { ref: false })]);
}

function tellOfProofs(webhook: BackupWebhook, { damageProblem, proofProblem, findings }: BackupStatus): void {
  const otherwise = findings.length > 0 ? 'UNSOUND' : 'OTHER';
  webhook.tell(damageProblem ?? proofProblem, damageProblem === null ? otherwise : 'DAMAGED');
}

function leftBehind(how: HowToStop, running: Record<'backup' | 'proof', boolean>): string[] {
  const fate = how === 'hand over' ? 'continues by itself' : 'ends too, and the next start makes up for it';
  return (['backup', 'proof'] as const).filter((what) => running[what]).map((what) => `The running ${what} ${fate}.`);
}

function inputOf(config: Config): (request: BackupRequest) => string {
  return (request) => JSON.stringify({ config, request } satisfies WorkerInput);
}

function openWebhook(
  subject: 'backup' | 'copy' | 'proof',
  { config, running }: BackupsOptions,
  log: BackupLog,
  reach: () => Promise<BackupStatus>,
): BackupWebhook | null {
  const { webhookUrl: url } = config.backup;
  if (url === null) return null;
  const settings = backupSettings(config.storageDir, config.backup);
  const webhook = new BackupWebhook({ url, log, settings, subject, reach });
  running.add(() => webhook.stop());
  return webhook;
}

function startCopier(options: BackupsOptions, log: BackupLog, reach: () => Promise<BackupStatus>): Copier {
  const webhook = openWebhook('copy', options, log, reach);
  const copier = createCopier({
    command: [process.execPath, options.copyProgram],
    input: inputOf(options.config),
    log,
    onOutcome: (problem) => webhook?.tell(problem),
  });
  options.running.add(copier.close);
  return copier;
}

function startScheduler(
  { config, backupProgram, running }: BackupsOptions,
  log: BackupLog,
  onOutcome: (report: WorkerReport) => void,
): BackupScheduler {
  const settings = backupSettings(config.storageDir, config.backup);
  const scheduler = new BackupScheduler({
    command: [process.execPath, backupProgram],
    input: inputOf(config),
    log,
    onOutcome,
    onUnreported: (problem) => void keepLastTry(settings, log, problem),
    timeLimit: timeLimitForBackups(settings.directory),
  });
  running.add(() => (running.handsOver ? scheduler.handOver() : scheduler.stop()));
  return scheduler;
}

/** @param onClosed what it leaves unstored, somebody else has to store */
function startFollower(
  { config, logProgram, running }: BackupsOptions,
  log: BackupLog,
  onClosed: () => Promise<void>,
): LogFollower | null {
  if (config.backup.mode !== 'log') return null;
  const settings = backupSettings(config.storageDir, config.backup);
  const follower = createLogFollower({
    command: [process.execPath, logProgram],
    input: inputOf(config),
    log,
    settings,
  });
  running.add(async () => {
    await follower.close();
    await onClosed().catch(() => undefined);
  });
  return follower;
}

function startProver(options: BackupsOptions, log: BackupLog, onOutcome: (report: WorkerReport) => void): Prover {
  const { config, proofProgram, running } = options;
  const prover = createProver({
    command: [process.execPath, proofProgram],
    input: inputOf(config),
    log,
    settings: backupSettings(config.storageDir, config.backup),
    onOutcome,
  });
  running.add(prover.close);
  return prover;
}
