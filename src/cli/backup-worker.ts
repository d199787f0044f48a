import { text } from 'node:stream/consumers';
import { BackupError } from '../backup/errors';
import { runBackup } from '../backup/run-backup';
import { backupSettings } from '../backup/settings';
import { survivePipes, writeReport } from '../backup/worker-report';
import { BackupLog } from '../backup/log';
import { openDatabase } from '../database/open';
import { backupLedger } from '../services/backup-ledger';
import type { WorkerInput } from './worker-input';

/** The background backup: started by the server after a commit, and outliving it. */
async function main(): Promise<void> {
  survivePipes();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stop.abort();
    });
  }
  const { config, request } = JSON.parse(await text(process.stdin)) as WorkerInput;
  const settings = backupSettings(config.storageDir, config.backup);
  try {
    const database = await openDatabase(config);
    try {
      const { address } = database;
      writeReport(await runBackup({ settings, address, ledger: backupLedger, signal: stop.signal }, request));
    } finally {
      await database.close();
    }
  } catch (error) {
    const failure = BackupError.from(error, 'The backup failed');
    // runBackup has logged its own.
    if (failure !== error) new BackupLog(settings.logFile).error(failure.message);
    writeReport(failure);
    process.exitCode = 1;
  }
}

void main();
