import { existsSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { copyBackups } from '../backup/offsite/copy';
import { BackupLog } from '../backup/core/log';
import type { Backup } from '../backup/files/catalogue';
import { listLabelled } from '../backup/files/proofs';
import { proveNewest, type ProofRunDependencies } from '../backup/run/prove-newest';
import { runBackup } from '../backup/run/run-backup';
import { backupSettings } from '../backup/core/settings';
import { loadProcessConfig } from '../config/process-config';
import { openDatabase } from '../database/open';
import { backupLedger } from '../services/backup-ledger';
import { command, EXIT, messageOf, runCommand } from '../program/command';
import { settleInterrupted } from './settle-interrupted';
import { stopSignal } from '../program/terminal';

interface Options {
  keep?: number;
  json?: true;
}

const program = command(
  'db:backup',
  'Makes one backup now and prints the path of its file; then rotation, and the proof of the file.',
)
  .option('--keep <n>', 'how many backups to keep, 1 or more (default: BACKUP_KEEP)', wholeNumber)
  .option('--json', 'print what was made as one JSON object')
  .action(async ({ keep, json }: Options) => {
    const config = loadProcessConfig();
    const settings = backupSettings(config.storageDir, { ...config.backup, ...(keep === undefined ? {} : { keep }) });
    const signal = stopSignal();
    const database = await openDatabase(config).catch((error: unknown) => {
      // Later messages are in the backup log: the terminal may be gone by then.
      // A folder that is no STORAGE_DIR stays as it is.
      if (config.database !== null || existsSync(config.storageDir))
        new BackupLog(settings.logFile).error(`The backup failed: ${messageOf(error)}`);
      throw error;
    });
    try {
      const dependencies = { settings, address: database.address, ledger: backupLedger, settleInterrupted, signal };
      const outcome = await runBackup(
        {
          ...dependencies,
          // At once: what it says is true from now on, whatever comes after.
          onPublished: ({ path }) => {
            if (json !== true) process.stdout.write(`${path}\n`);
          },
        },
        { trigger: 'MANUAL', force: true, once: true },
      );
      for (const warning of outcome.warnings) process.stderr.write(`${warning}\n`);
      const [backup] = outcome.published;
      if (backup === undefined) throw new Error('No backup was made.');
      if (json === true) process.stdout.write(`${JSON.stringify({ backup, rotated: outcome.rotated })}\n`);
      if (!(await proven(dependencies, backup))) process.exitCode = EXIT.failed;
    } finally {
      await database.close();
    }
    // The backup itself was made and printed above; a failed copy does not change that.
    const copies = await copyBackups({ settings, copy: config.backup.copy, signal });
    for (const warning of copies.warnings) process.stderr.write(`${warning}\n`);
  });

/** @returns false where the file is DAMAGED: no other verdict, nor the lack of one, makes it no backup */
async function proven(dependencies: ProofRunDependencies, { filename }: Backup): Promise<boolean> {
  const warn = (text: string): void => void process.stderr.write(`${text}\n`);
  try {
    await proveNewest(dependencies);
  } catch (error) {
    warn(`The backup is stored, but not proven: ${messageOf(error)}`);
  }
  const proof = (await listLabelled(dependencies.settings)).find((backup) => backup.filename === filename)?.proof;
  if (proof?.state === 'UNSOUND')
    warn(`WARNING: the backup restores, but its ledger is NOT SOUND. ${proof.problem ?? ''}`);
  if (proof?.state !== 'DAMAGED') return true;
  warn(`The backup ${filename} is DAMAGED and covers nothing: ${proof.problem ?? ''}`);
  return false;
}

function wholeNumber(value: string): number {
  const number = Number(value);
  if (/^\d{1,7}$/.test(value) && number >= 1) return number;
  throw new InvalidArgumentError('It must be a whole number, 1 or more.');
}

void runCommand(program);
