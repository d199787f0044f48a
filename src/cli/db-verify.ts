import path from 'node:path';
import { backupNames, listBackups, type Backup } from '../backup/files/catalogue';
import { withPlainBackup } from '../backup/offsite/fetch';
import { BackupError, humanSize, UnsoundBackup } from '../backup/core/errors';
import { leftUnproven } from '../backup/prove/proof';
import { verifyFile, type Verification } from '../backup/prove/verify-file';
import { backupSettings } from '../backup/core/settings';
import { loadProcessConfig } from '../config/process-config';
import { openDatabase } from '../database/open';
import { backupLedger } from '../services/backup-ledger';
import { copyAccess, ONLY_FOR_COPIES } from './copy-access';
import { command, EXIT, messageOf, runCommand, UsageError } from '../program/command';
import { namedBackup } from './named-backup';
import { stopSignal, TerminalProgress } from '../program/terminal';

interface Options {
  identity?: string;
  latest?: true;
  all?: true;
}

const program = command(
  'db:verify',
  'Restores backups on a server of their own and checks the ledger in them. Exit code 0 where all are proven, 1 where not.',
)
  .argument('[file]', 'the backup to verify, wherever it lies, or a copy of one: also s3://bucket/key')
  .option('--latest', 'the newest backup; the default')
  .option('--all', 'every file that bears the name of a backup')
  .option(
    '--identity <file>',
    'the age identity file that opens an encrypted copy (default: BACKUP_COPY_IDENTITY_FILE)',
  )
  .action(async (file: string | undefined, options: Options) => {
    if ([file, options.latest, options.all].filter((given) => given !== undefined).length > 1) {
      throw new UsageError('Give one of a file, --latest and --all, not several.');
    }
    if (file === undefined && options.identity !== undefined) throw new UsageError(ONLY_FOR_COPIES);
    const config = loadProcessConfig();
    const settings = backupSettings(config.storageDir, config.backup);
    const files =
      file === undefined
        ? await filesIn(settings.directory, options.all === true)
        : [namedBackup(file, settings.directory)];
    const signal = stopSignal();
    const progress = new TerminalProgress();
    // There is something to verify: a machine that has nothing else yet may do so before it restores that.
    const database = await openDatabase(config, { install: true });
    try {
      const dependencies = { settings, address: database.address, ledger: backupLedger, signal };
      let unproven: string | null = null;
      for (const each of files) {
        const verification = withPlainBackup(
          { source: each, settings, copy: copyAccess(config, options), signal, onProgress: progress.report },
          (plain) => {
            progress.report(`Verifying ${path.basename(each)}`, null);
            return verifyFile(dependencies, plain);
          },
        );
        try {
          const found = await verification;
          progress.end();
          report(each, found);
          unproven ??= leftUnproven(found.proof.place);
        } catch (error) {
          progress.end();
          if (signal.aborted) throw new BackupError('The verification was stopped.', { cause: error });
          process.exitCode = EXIT.failed;
          tell(error instanceof UnsoundBackup ? 'DAMAGED' : 'not proven', each, messageOf(error));
        }
      }
      if (unproven !== null) process.stderr.write(`${unproven}\n`);
    } finally {
      progress.end();
      await database.close();
    }
  });

async function filesIn(directory: string, all: boolean): Promise<string[]> {
  const names = all
    ? (await backupNames(directory)).sort().reverse()
    : (await listBackups(directory)).slice(0, 1).map(({ filename }) => filename);
  if (names.length === 0) throw new BackupError(`There is no backup in ${directory}.`);
  return names.map((name) => path.join(directory, name));
}

function report(file: string, { backup, proof: { state, problem, findings } }: Verification): void {
  if (state !== 'PROVEN') process.exitCode = EXIT.failed;
  tell(state, file, state === 'PROVEN' ? holds(backup) : (problem ?? ''));
  for (const finding of findings.slice(1)) tell(state, file, `also: ${finding}.`);
}

function tell(verdict: Verification['proof']['state'] | 'not proven', file: string, what: string): void {
  process.stdout.write(`${verdict.padEnd(10)}  ${path.basename(file)}  ${what}\n`);
}

function holds({ sizeBytes, lastOperation: { number } }: Backup): string {
  return `${humanSize(sizeBytes)}, ${number === 0 ? 'no operation' : `operations up to ${number}`}`;
}

void runCommand(program);
