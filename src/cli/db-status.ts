import { listBackups } from '../backup/catalogue';
import { copyStatus, type CopyStatus } from '../backup/copy/status';
import { BackupDesk, type BackupStatus, type BackupView, viewOf } from '../backup/desk';
import { humanSize } from '../backup/errors';
import { lastFailure } from '../backup/last-failure';
import { openSession } from '../backup/session';
import { backupSettings, type BackupSettings } from '../backup/settings';
import { loadProcessConfig, type Config } from '../config';
import type { DatabaseAddress } from '../database/address';
import { backupLedger } from '../services/backup-ledger';
import { workBriefly } from './brief-work';
import { command, EXIT, messageOf, runCommand } from './command';

type OfDatabase = Pick<BackupStatus, 'lastOperation' | 'coveredThrough' | 'pendingOperations'>;

interface Report extends Omit<BackupStatus, 'latest' | 'failures' | 'copyFailures' | keyof OfDatabase> {
  /** null where the database cannot be asked. */
  lastOperation: number | null;
  coveredThrough: number | null;
  pendingOperations: number | null;
  /** null where no copies are kept. */
  copies: CopyStatus | null;
  backups: (Omit<BackupView, 'current' | 'check'> & { current: boolean | null })[];
}

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
    const desk = new BackupDesk({
      settings,
      ledger: backupLedger,
      query: session.query,
      database: session.address.database,
      // A command that only looks makes no backups; how the last try went, the log tells.
      requester: {
        problem: await lastFailure(settings.logFile),
        failuresInARow: 0,
        running: false,
        request: () => undefined,
      },
      checker: { of: () => null, begin: () => undefined },
      copier: null,
    });
    const { latest: _latest, failures: _failures, copyFailures: _copyFailures, ...status } = await desk.status();
    const copies = await copyStatus(settings, config.backup.copy, await listBackups(settings.directory));
    const problem = status.problem ?? copies?.problem ?? null;
    const backups = (await desk.list()).map(({ check: _check, ...view }) => view);
    return { ...status, healthy: problem === null, problem, copies, backups };
  } finally {
    session.close();
  }
}

/** What the files tell where the database cannot be asked. */
async function readFiles(config: Config, settings: BackupSettings, problem: string): Promise<Report> {
  const backups = await listBackups(settings.directory);
  return {
    healthy: false,
    problem,
    running: false,
    lastOperation: null,
    coveredThrough: null,
    pendingOperations: null,
    count: backups.length,
    totalBytes: backups.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    keep: settings.keep,
    copies: await copyStatus(settings, config.backup.copy, backups),
    backups: backups.map((backup) => ({ ...viewOf(backup), current: null })),
  };
}

function statusText(report: Report, directory: string, now: Date): string {
  const { healthy, problem, lastOperation, coveredThrough, pendingOperations, count, keep, totalBytes } = report;
  const head = [
    ...wrap(healthy ? 'Healthy.' : `NOT healthy: ${problem ?? ''}`),
    lastOperation === null
      ? 'Newest operation unknown, backed up through unknown, pending unknown.'
      : `Newest operation ${lastOperation}, backed up through ${coveredThrough}, ${pendingOperations} pending.`,
    `${count} ${count === 1 ? 'backup' : 'backups'} (up to ${keep} are kept), ${humanSize(totalBytes)}.${report.running ? ' One is being made now.' : ''}`,
    `Folder: ${directory}`,
    ...(report.copies === null ? [] : copiesText(report.copies)),
  ];
  const rows = report.backups.map((backup) => [
    backup.filename,
    humanSize(backup.sizeBytes),
    age(now.getTime() - backup.createdAt.getTime()),
    backup.lastOperation === 0 ? 'none' : `1-${backup.lastOperation}`,
    backup.verifiedAt === null ? 'no' : 'yes',
    backup.current === null ? 'unknown' : backup.current ? 'today' : 'abandoned',
  ]);
  const table =
    rows.length === 0 ? [] : [['BACKUP', 'SIZE', 'AGE', 'COVERS', 'VERIFIED', 'HISTORY'], ...rows].map(line);
  return `${[...head, ...table].join('\n')}\n`;
}

function copiesText({ to, newest, count, copied, running }: CopyStatus): string[] {
  const now = running ? ' One is being made now.' : '';
  const latest = newest === null ? [] : [`Newest copy: ${newest}`];
  return [`${count} ${count === 1 ? 'copy' : 'copies'} in ${to}, of ${copied} of these backups.${now}`, ...latest];
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
