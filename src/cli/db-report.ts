import { backupSettings } from '../backup/core/settings';
import { drills } from '../backup/offsite/drill-record';
import { openSession } from '../backup/server/session';
import { recoveryReport, type RecoveryReport } from '../backup/status/recovery-report';
import { loadProcessConfig } from '../config/process-config';
import { command, runCommand, UsageError } from '../program/command';
import { backupLedger } from '../services/backup-ledger';
import { workBriefly } from './brief-work';

const QUARTER_MS = 91 * 86_400_000;

interface Options {
  from?: string;
  to?: string;
  json?: true;
}

const program = command(
  'db:report',
  'Tells what an auditor asks about backups and restores in a stretch of time, signed with the key of this pool.',
)
  .option('--from <time>', 'its begin, such as 2026-01-01 (default: 91 days before its end)')
  .option('--to <time>', 'its end, which is not in it any more, such as 2026-04-01 (default: now)')
  .option('--json', 'print it as one JSON object')
  .action(async (options: Options) => {
    const to = timeOf('--to', options.to) ?? new Date();
    const from = timeOf('--from', options.from) ?? new Date(to.getTime() - QUARTER_MS);
    if (from > to) throw new UsageError('--from must not be after --to.');
    const config = loadProcessConfig();
    const settings = backupSettings(config.storageDir, config.backup);
    const report = await workBriefly(config, async (address) => {
      const session = await openSession(address);
      try {
        const sources = { ledger: backupLedger, drills: () => drills(settings), drillEveryMs: null };
        return await recoveryReport({ settings, query: session.query, ...sources }, from, to);
      } finally {
        session.close();
      }
    });
    process.stdout.write(options.json === true ? `${JSON.stringify(report)}\n` : reportText(report));
  });

/** A day begins at midnight UTC. */
function timeOf(option: string, text: string | undefined): Date | null {
  if (text === undefined) return null;
  const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z)?$/.test(text) ? new Date(text) : new Date(NaN);
  if (!Number.isNaN(time.getTime())) return time;
  throw new UsageError(`${option} must be a time in UTC such as 2026-01-01 or 2026-01-01T12:00Z.`);
}

function reportText(report: RecoveryReport): string {
  const { from, to, madeAt, pool, operations, changes, drills: count, drillsFailed, recoveryMsWorst } = report;
  const recovery = recoveryMsWorst === null ? '' : ` The slowest took ${seconds(recoveryMsWorst)} to recover.`;
  const lines = [
    `Recovery report of the pool ${pool ?? '(without a uid)'}, from ${inUtc(from)} to ${inUtc(to)}`,
    `Made at ${inUtc(madeAt)}.`,
    '',
    `Committed: ${counted(operations, 'operation')}, ${counted(changes, 'change')} in all.`,
    delayed('Stored', report.storedMsMedian, report.storedMsWorst, report.notStored),
    delayed('Proven', report.provenMsMedian, report.provenMsWorst, report.notProven),
    delayed('Off-site', report.offsiteMsMedian, report.offsiteMsWorst, report.notOffsite),
    `Drills: ${count}, of which ${drillsFailed} failed.${recovery}`,
    `Retention: ${report.retention}`,
    ...listed(
      'Failures',
      report.failures.map(
        ({ begin, end, problem }) => `${inUtc(begin)} to ${end === null ? 'now' : inUtc(end)}: ${problem}`,
      ),
    ),
    ...listed(
      'Restores',
      report.restores.map(
        ({ at, lastOperation, actor }) =>
          `${inUtc(at)}, back to operation ${lastOperation}, by ${actor ?? 'somebody whom the journal does not name any more'}`,
      ),
    ),
    '',
    'With --json it is signed.',
  ];
  return `${lines.join('\n')}\n`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function delayed(what: string, median: number | null, worst: number | null, lacking: number): string {
  const rest = lacking === 0 ? '' : ` No record of ${counted(lacking, 'operation')}.`;
  if (median === null || worst === null) return `${what}: nothing recorded.${rest}`;
  return `${what}: ${seconds(median)} after the commit in the median, ${seconds(worst)} at most.${rest}`;
}

function listed(what: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [`${what}: none.`] : [`${what}:`, ...lines.map((line) => `  ${line}`)];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`;
}

function inUtc(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

void runCommand(program);
