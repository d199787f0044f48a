import { InvalidArgumentError } from 'commander';
import { copyBackups } from '../backup/copy/copy';
import { BackupLog } from '../backup/log';
import { runBackup } from '../backup/run-backup';
import { backupSettings } from '../backup/settings';
import { loadProcessConfig } from '../config';
import { openDatabase } from '../database/open';
import { backupLedger } from '../services/backup-ledger';
import { command, messageOf, runCommand } from './command';
import { stopSignal } from './terminal';

interface Options {
  keep?: number;
  json?: true;
}

const program = command('db:backup', 'Makes one backup now and prints the path of its file; then rotation.')
  .option('--keep <n>', 'how many backups to keep, 1 or more (default: BACKUP_KEEP)', wholeNumber)
  .option('--json', 'print what was made as one JSON object')
  .action(async ({ keep, json }: Options) => {
    const config = loadProcessConfig();
    const settings = backupSettings(config.storageDir, { ...config.backup, ...(keep === undefined ? {} : { keep }) });
    const signal = stopSignal();
    const database = await openDatabase(config).catch((error: unknown) => {
      // What comes later, the backup itself logs. Nobody may be there to read what is printed.
      new BackupLog(settings.logFile).error(`The backup failed: ${messageOf(error)}`);
      throw error;
    });
    try {
      const outcome = await runBackup(
        { settings, address: database.address, ledger: backupLedger, signal },
        { trigger: 'MANUAL', force: true, once: true },
      );
      for (const warning of outcome.warnings) process.stderr.write(`${warning}\n`);
      const [backup] = outcome.published;
      if (backup === undefined) throw new Error('No backup was made.');
      process.stdout.write(
        json === true ? `${JSON.stringify({ backup, rotated: outcome.rotated })}\n` : `${backup.path}\n`,
      );
    } finally {
      await database.close();
    }
    // The backup is made and named above, whatever becomes of its copy.
    const copies = await copyBackups({ settings, copy: config.backup.copy, signal });
    for (const warning of copies.warnings) process.stderr.write(`${warning}\n`);
  });

function wholeNumber(value: string): number {
  const number = Number(value);
  if (/^\d{1,7}$/.test(value) && number >= 1) return number;
  throw new InvalidArgumentError('It must be a whole number, 1 or more.');
}

void runCommand(program);
