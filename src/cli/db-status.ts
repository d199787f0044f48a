import { labelOf, listLabelled } from '../backup/files/proofs';
import { describeDrill, type Drill, drills } from '../backup/offsite/drill-record';
import { copyStatus, type CopyStatus } from '../backup/offsite/status';
import { BackupService, type BackupStatus } from '../backup/status/backup-service';
import { type BackupView, viewOf } from '../backup/status/backup-view';
import { humanSize } from '../backup/core/errors';
import { poolMark, type PoolMark } from '../backup/core/ledger';
import { lastFailure, lastProofFailure } from '../backup/run/last-try';
import { openSession } from '../backup/server/session';
import { backupSettings, type BackupSettings } from '../backup/core/settings';
import type { Config } from '../config/config';
import { loadProcessConfig } from '../config/process-config';
import type { DatabaseAddress } from '../database/connection/address';
import { whatChangesLack } from '../database/write-needs';
import { backupLedger } from '../services/backup-ledger';
import { acknowledgedFindings } from '../services/finding-service';
import { workBriefly } from './brief-work';
import { command, EXIT, messageOf, runCommand } from '../program/command';

type OfDatabase = Pick<
  BackupStatus,
  | 'lastOperation'
  | 'coveredThrough'
  | 'provenThrough'
  | 'pendingOperations'
  | 'lastChange'
  | 'changesStoredThrough'
  | 'changesProvenThrough'
  | 'pendingChanges'
>;
type OfServer = Pick<
  BackupStatus,
  | 'latest'
  | 'current'
  | 'failures'
  | 'judgedThrough'
  | 'copyFailures'
  | 'proofFailures'
  | 'missedOperations'
  | 'missedChanges'
  | 'areChangesDue'
  | 'isProofDue'
  | 'backupProblem'
  | 'proofProblem'
  | 'damageProblem'
>;

type Report = Omit<BackupStatus, keyof OfServer | keyof OfDatabase> & {
  /** null where the database cannot be asked. */
  [Figure in keyof OfDatabase]: number | null;
} & {
  /** null where no copies are kept. */
  copies: CopyStatus | null;
  /** The last drill of the copies; null where there was none. */
  drill: Drill | null;
  backups: (Omit<BackupView, 'current' | 'check'> & { current: boolean | null })[];
};

const program = command(
  'db:status',
  'Lists the backups, newest first, and tells whether all is well: exit code 0 if it is, 1 if not.',
)
  .option('--json', 'print it as one JSON object')
  .action(async ({ json }: { json?: true }) => {
    const config = loadProcessConfig();
    const settings = backupSettings(config.storageDir, config.backup);
    const report = await workBriefly(config, (address) => readLive(address, config, settings)).catch((error: unknown) =>
      readFiles(config, settings, messageOf(error)),
    );
    process.stdout.write(
      json === true ? `${JSON.stringify(report)}\n` : statusText(report, settings.directory, new Date()),
    );
    if (!report.healthy) process.exitCode = EXIT.failed;
  });

async function readLive(address: DatabaseAddress, config: Config, settings: BackupSettings): Promise<Report> {
  const session = await openSession(address);
  try {
    const service = new BackupService({
      settings,
      ledger: backupLedger,
      query: session.query,
      database: session.address.database,
      // This command makes no backups itself: it tells how the last try of any process ended.
      scheduler: {
        problem: await lastFailure(settings),
        failuresInARow: 0,
        running: false,
        request: () => undefined,
      },
      checker: { of: () => null, begin: () => undefined },
      copier: null,
      prover: { problem: await lastProofFailure(settings), failuresInARow: 0, running: false },
      acknowledged: () => acknowledgedFindings(session.query),
      lacking: () => whatChangesLack(config, session.query),
      recovery: { ledger: backupLedger, drills: () => drills(settings), drillEveryMs: null },
    });
    const status = reportOf(await service.status());
    const { database } = session.address;
    const pool = { database, ...(await poolMark(backupLedger, session.query).catch((): PoolMark => ({}))) };
    const copies = await copyStatus(settings, config.backup.copy, await listLabelled(settings), pool);
    const problem = status.problem ?? copies?.problem ?? null;
    const backups = (await service.list()).map(({ check: _check, ...view }) => view);
    return { ...status, healthy: problem === null, problem, copies, drill: await lastDrill(settings), backups };
  } finally {
    session.close();
  }
}

/** What a server alone can tell is left out. */
function reportOf({
  latest: _latest,
  current: _current,
  failures: _failures,
  copyFailures: _copyFailures,
  proofFailures: _proofFailures,
  judgedThrough: _judgedThrough,
  missedOperations: _missedOperations,
  missedChanges: _missedChanges,
  areChangesDue: _areChangesDue,
  isProofDue: _isProofDue,
  backupProblem: _backupProblem,
  proofProblem: _proofProblem,
  damageProblem: _damageProblem,
  ...status
}: BackupStatus): Omit<BackupStatus, keyof OfServer> {
  return status;
}

/** What the files tell where the database cannot be asked. */
async function readFiles(config: Config, settings: BackupSettings, problem: string): Promise<Report> {
  const backups = await listLabelled(settings);
  return {
    healthy: false,
    problem,
    running: false,
    proving: false,
    lastOperation: null,
    coveredThrough: null,
    provenThrough: null,
    pendingOperations: null,
    lastChange: null,
    chainHead: null,
    changesStoredThrough: null,
    changesProvenThrough: null,
    pendingChanges: null,
    proofNote: null,
    findings: [],
    acknowledgedFindings: [],
    count: backups.length,
    damaged: backups.filter((backup) => labelOf(backup) === 'DAMAGED').length,
    totalBytes: backups.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    keep: settings.keep,
    reachableFrom: null,
    reachableSince: null,
    reachNote: null,
    verify: settings.verify,
    copies: await copyStatus(settings, config.backup.copy, backups),
    drill: await lastDrill(settings),
    backups: backups.map((backup) => ({ ...viewOf(backup), current: null })),
  };
}

function statusText(report: Report, directory: string, now: Date): string {
  const { healthy, problem, count, keep, totalBytes, proofNote } = report;
  const head = [
    ...wrap(healthy ? 'Healthy.' : `NOT healthy: ${problem ?? ''}`),
    ...coveredText(report),
    ...reachText(report),
    ...(proofNote === null ? [] : wrap(proofNote)),
    ...report.acknowledgedFindings.flatMap(({ id, finding, actor, reason }) =>
      wrap(`Acknowledged ${id}: ${finding} (${actor}: ${reason})`),
    ),
    `${count} ${count === 1 ? 'backup' : 'backups'} (the newest ${keep} stay, and what the rules keep), ${humanSize(totalBytes)}.${report.running ? ' One is being made now.' : ''}${report.proving ? ' One is being proven now.' : ''}`,
    `Folder: ${directory}`,
    ...(report.copies === null ? [] : copiesText(report.copies)),
    ...drillText(report, now),
  ];
  const rows = report.backups.map((backup) => [
    backup.filename,
    humanSize(backup.sizeBytes),
    age(now.getTime() - backup.createdAt.getTime()),
    backup.lastOperation === 0 ? 'none' : `1-${backup.lastOperation}`,
    backup.proof.toLowerCase(),
    backup.current === null ? 'unknown' : backup.current ? 'today' : 'abandoned',
  ]);
  const table = rows.length === 0 ? [] : [['BACKUP', 'SIZE', 'AGE', 'COVERS', 'PROOF', 'HISTORY'], ...rows].map(line);
  return `${[...head, ...table].join('\n')}\n`;
}

function reachText({ reachableFrom, reachableSince, reachNote }: Report): string[] {
  if (reachableFrom === null || reachableSince === null) return [];
  const since = `${reachableSince.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const which =
    reachableFrom === 0 ? 'Any operation' : `Any operation since ${since}, from number ${reachableFrom} on,`;
  return wrap(`${which} can be restored.${reachNote === null ? '' : ` ${reachNote}`}`);
}

function coveredText({ verify, ...report }: Report): string[] {
  const known = (number: number | null): string => (number === null ? 'unknown' : String(number));
  const proven = (number: number | null): string => (verify === 'restore' ? `proven through ${known(number)}, ` : '');
  const { lastOperation, coveredThrough, provenThrough, pendingOperations } = report;
  const { lastChange, changesStoredThrough, changesProvenThrough, pendingChanges } = report;
  return [
    `Newest operation ${known(lastOperation)}, stored through ${known(coveredThrough)}, ${proven(provenThrough)}${known(pendingOperations)} pending.`,
    `Newest change ${known(lastChange)}, stored through ${known(changesStoredThrough)}, ${proven(changesProvenThrough)}${known(pendingChanges)} pending.`,
    ...(report.chainHead === null ? [] : [`Chain head: ${report.chainHead}`]),
  ];
}

function copiesText({ to, newest, count, copied, running }: CopyStatus): string[] {
  const now = running ? ' One is being made now.' : '';
  const latest = newest === null ? [] : [`Newest copy: ${newest}`];
  return [`${count} ${count === 1 ? 'copy' : 'copies'} in ${to}, of ${copied} of these backups.${now}`, ...latest];
}

async function lastDrill(settings: BackupSettings): Promise<Drill | null> {
  return (await drills(settings))[0] ?? null;
}

/** A drill that failed stands in the first line. */
function drillText({ copies, drill }: Report, now: Date): string[] {
  if (drill?.problem === null)
    return wrap(`${describeDrill(drill)} That was ${age(now.getTime() - Date.parse(drill.at))} ago.`);
  return copies === null || drill !== null ? [] : ['No copy was restored yet to try it: npm run db:drill.'];
}

const WIDTHS = [33, 9, 6, 8, 8, 9];

function line(cells: readonly string[]): string {
  return cells
    .map((cell, i) => (i === 1 || i === 2 ? cell.padStart(WIDTHS[i] ?? 0) : cell.padEnd(WIDTHS[i] ?? 0)))
    .join(' ')
    .trimEnd();
}

function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** In lines of at most 80 characters, where the words allow it. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 80) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

void runCommand(program);
