import path from 'node:path';
import { backupNames, listBackups, type Backup } from '../backup/catalogue';
import { withPlainBackup } from '../backup/copy/fetch';
import { BackupError, humanSize, UnsoundBackup } from '../backup/errors';
import { verifyFile } from '../backup/restore/verify-file';
import { openSession } from '../backup/session';
import { backupSettings } from '../backup/settings';
import { loadProcessConfig } from '../config';
import { openDatabase } from '../database/open';
import { backupLedger } from '../services/backup-ledger';
import { copyAccess, ONLY_FOR_COPIES } from './copy-access';
import { command, EXIT, messageOf, runCommand, UsageError } from './command';
import { namedBackup } from './named-backup';
import { knownSchemas } from './restored-schema';
import { stopSignal, TerminalProgress } from './terminal';

interface Options {
  identity?: string;
  latest?: true;
  all?: true;
}

const program = command(
  'db:verify',
  'Restores backups into a scratch database, checks it and drops it. Exit code 0 where all are sound, 1 where not.',
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
    const database = await openDatabase(config);
    try {
      const dependencies = { settings, address: database.address, ledger: backupLedger, knownSchemas, signal };
      for (const each of files) {
        const verification = withPlainBackup(
          { source: each, settings, copy: copyAccess(config, options), signal, onProgress: progress.report },
          (plain) => {
            progress.report(`Verifying ${path.basename(each)}`, null);
            return verifyFile(dependencies, plain);
          },
        );
        try {
          const backup = await verification;
          progress.end();
          tell('sound', each, holds(backup));
        } catch (error) {
          progress.end();
          if (signal.aborted) throw new BackupError('The verification was stopped.', { cause: error });
          process.exitCode = EXIT.failed;
          tell(error instanceof UnsoundBackup ? 'NOT SOUND' : 'not checked', each, messageOf(error));
          // Where the database is away, so it is for the next file.
          if (!(error instanceof UnsoundBackup)) (await openSession(database.address)).close();
        }
      }
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

function tell(verdict: 'sound' | 'NOT SOUND' | 'not checked', file: string, what: string): void {
  process.stdout.write(`${verdict.padEnd(11)}  ${path.basename(file)}  ${what}\n`);
}

function holds({ sizeBytes, lastOperation: { number } }: Backup): string {
  return `${humanSize(sizeBytes)}, ${number === 0 ? 'no operation' : `operations up to ${number}`}`;
}

void runCommand(program);
