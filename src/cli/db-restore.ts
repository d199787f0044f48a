import { InvalidArgumentError } from 'commander';
import { copyBackups } from '../backup/offsite/copy';
import { withPlainBackup } from '../backup/offsite/fetch';
import { BackupError, BackupStopped } from '../backup/core/errors';
import { backupNames } from '../backup/files/catalogue';
import type { RestoreSource } from '../backup/restore/plan/choice';
import type { RestorePlan } from '../backup/restore/plan/plan';
import { planText } from '../backup/restore/plan/plan-text';
import type { RestoreOutcome } from '../backup/restore/restore-run';
import { restore, RestoreStopped } from '../backup/restore/restore';
import { backupSettings } from '../backup/core/settings';
import { loadProcessConfig } from '../config/process-config';
import { newestFiles } from '../backup/segments/reach';
import { openDatabase } from '../database/open';
import { proveNewest, type ProofRunDependencies } from '../backup/run/prove-newest';
import { backupLedger } from '../services/backup-ledger';
import { copyAccess, ONLY_FOR_COPIES } from './copy-access';
import { command, messageOf, runCommand, UsageError } from '../program/command';
import { namedBackup } from './named-backup';
import { settleInterrupted } from './settle-interrupted';
import { knownSchemas, migrateDatabase } from '../database/known-schemas';
import { confirm, isInteractive, stopSignal, TerminalProgress } from '../program/terminal';

interface Options {
  identity?: string;
  latest?: true;
  operation?: number;
  before?: number;
  into?: string;
  dryRun?: true;
  printFiles?: true;
  yes?: true;
  acceptUnsound?: true;
  safetyBackup: boolean;
  keepDisabled: boolean;
}

const program = command(
  'db:restore',
  'Puts the database back to what a backup holds. Prints the plan first; the live database stays as it is until the ' +
    'restored one is complete and was checked.',
)
  .argument('[file]', 'the backup to restore, wherever it lies, or a copy of one: also s3://bucket/key')
  .option('--latest', "the newest backup of today's history")
  .option('--operation <n>', 'the state right after that operation', operationNumber)
  .option('--before <n>', 'the state right before that operation', operationNumber)
  .option('--into <name>', 'into a new database of that name, beside the live one, which is not touched', schemaName)
  .option(
    '--identity <file>',
    'the age identity file that opens an encrypted copy (default: BACKUP_COPY_IDENTITY_FILE)',
  )
  .option('--print-files', 'print the newest backup and its log segments, in the order for "cat", and stop')
  .option('--dry-run', 'print the plan and stop')
  .option('--yes', 'do not ask')
  .option('--accept-unsound', 'restore in place also what breaks a rule of the ledger or has an unknown schema')
  .option('--keep-disabled', 'accounts that come back to life or change role stay disabled until an ADMIN looks', true)
  .option('--no-keep-disabled', 'each account is as the file has it, with its old password')
  .option('--no-safety-backup', 'keep nothing of what is replaced: for a database too broken to be dumped')
  .action(async (file: string | undefined, options: Options) => {
    if (options.printFiles === true) {
      await printFiles(file, options);
      return;
    }
    const asked = sourceOf(file, options);
    if (asked.kind !== 'file' && options.identity !== undefined) throw new UsageError(ONLY_FOR_COPIES);
    if (options.dryRun !== true && options.yes !== true && !isInteractive()) {
      throw new UsageError('There is no terminal to ask on: give --yes to restore, or --dry-run to see the plan.');
    }
    const config = loadProcessConfig();
    const signal = stopSignal();
    const progress = new TerminalProgress();
    const { agrees, acceptUnsound } = questions(options, progress, signal);
    const settings = backupSettings(config.storageDir, config.backup);
    const wanted = asked.kind === 'file' ? { ...asked, file: namedBackup(asked.file, settings.directory) } : asked;
    const copy = copyAccess(config, options);
    const install = asked.kind === 'file' || (await backupNames(settings.directory)).length > 0;
    const database = await openDatabase(config, { install });
    let isBackedUp: boolean;
    try {
      const execute = (source: RestoreSource) =>
        restore(
          {
            settings,
            address: database.address,
            ledger: backupLedger,
            knownSchemas,
            migrate: migrateDatabase,
            // Only our own process writes to the embedded server, and nobody follows it.
            unlogged: config.database === null,
            signal,
            onProgress: progress.report,
          },
          {
            source,
            into: options.into ?? null,
            safetyBackup: options.safetyBackup,
            keepDisabled: options.keepDisabled,
            onlyAsPlanned: options.yes !== true,
            acceptUnsound,
          },
          agrees,
        );
      const outcome =
        wanted.kind === 'file'
          ? await withPlainBackup(
              { source: wanted.file, settings, copy, signal, onProgress: progress.report },
              (plain) => execute({ ...wanted, file: plain, shown: wanted.file }),
            ).catch((error: unknown) => {
              throw error instanceof BackupStopped ? new RestoreStopped() : error;
            })
          : await execute(wanted);
      progress.end();
      if (outcome === null) {
        process.stderr.write(options.dryRun === true ? 'A dry run: nothing was changed.\n' : 'Nothing was changed.\n');
        if (options.dryRun !== true) process.exitCode = 1;
        return;
      }
      report(outcome);
      isBackedUp = outcome.backup !== null;
      if (isBackedUp && !signal.aborted) await prove({ settings, address: database.address, signal });
    } finally {
      progress.end();
      await database.close();
    }
    if (isBackedUp && !signal.aborted) await copyOffSite({ settings, copy: config.backup.copy, signal });
  });

/** Needs no database: on a machine that has the folder and a client alone, it says what to feed to that. */
async function printFiles(file: string | undefined, { operation, before, into }: Options): Promise<void> {
  if ([file, operation, before, into].some((other) => other !== undefined)) {
    throw new UsageError('--print-files prints the files of the newest state: give it alone.');
  }
  const { storageDir, backup } = loadProcessConfig();
  const settings = backupSettings(storageDir, backup);
  const files = await newestFiles(settings);
  if (files.length === 0) throw new BackupError(`There is no backup in ${settings.directory}.`);
  process.stdout.write(files.map((each) => `${each}\n`).join(''));
}

/** What is asked before anything is changed: on a terminal, unless the options have answered already. */
function questions(options: Options, progress: TerminalProgress, signal: AbortSignal) {
  const agrees = async (plan: RestorePlan): Promise<boolean> => {
    progress.end();
    process.stderr.write(planText(plan));
    if (options.dryRun === true) return false;
    return options.yes === true || (await confirm(`Restore ${plan.target} now?`, signal));
  };
  const acceptUnsound = async (plan: RestorePlan): Promise<boolean> => {
    progress.end();
    if (options.acceptUnsound === true) return true;
    if (options.yes === true || !isInteractive()) return false;
    process.stderr.write(planText(plan));
    return confirm(`The check found what the plan names. Restore ${plan.target} all the same?`, signal);
  };
  return { agrees, acceptUnsound };
}

function report({ safety, warnings, backup, database, lastOperation }: RestoreOutcome): void {
  for (const { path } of safety) process.stderr.write(`What was replaced is in ${path}\n`);
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
  if (backup !== null) process.stderr.write(`What is live now is in ${backup.path}\n`);
  const what = lastOperation === 0 ? 'no operation' : `operations up to ${lastOperation}`;
  process.stdout.write(`Restored ${database}: ${what}.\n`);
}

/** No server need run that would. What is restored is restored, whatever becomes of the proof. */
async function prove(given: Pick<ProofRunDependencies, 'settings' | 'address' | 'signal'>): Promise<void> {
  await proveNewest({ ...given, ledger: backupLedger, settleInterrupted }).catch((error: unknown) => {
    process.stderr.write(`Its backup is stored, but not proven yet: ${messageOf(error)}\n`);
  });
}

/** As every backup is. What is restored is restored, whatever becomes of the copies. */
async function copyOffSite(given: Parameters<typeof copyBackups>[0]): Promise<void> {
  const { warnings } = await copyBackups(given).catch((error: unknown) => ({
    warnings: [`Its backup is stored, but not copied yet: ${messageOf(error)}`],
  }));
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
}

function sourceOf(file: string | undefined, { latest, operation, before }: Options): RestoreSource {
  const sources: RestoreSource[] = [
    ...(file === undefined ? [] : [{ kind: 'file' as const, file }]),
    ...(latest === undefined ? [] : [{ kind: 'latest' as const }]),
    ...(operation === undefined ? [] : [{ kind: 'operation' as const, number: operation }]),
    ...(before === undefined ? [] : [{ kind: 'before' as const, number: before }]),
  ];
  const [source] = sources;
  if (source === undefined) throw new UsageError('Say what to restore: a file, --latest, --operation N or --before N.');
  if (sources.length > 1) throw new UsageError('Give one of a file, --latest, --operation and --before, not several.');
  return source;
}

function operationNumber(value: string): number {
  const number = Number(value);
  if (/^\d{1,9}$/.test(value) && number >= 1) return number;
  throw new InvalidArgumentError('It must be the number of an operation, 1 or more.');
}

function schemaName(value: string): string {
  if (/^[A-Za-z0-9_$-]{1,40}$/.test(value)) return value;
  throw new InvalidArgumentError('It must have 1 to 40 letters, digits, "_", "$" or "-".');
}

void runCommand(program);
