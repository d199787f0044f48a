import { text } from 'node:stream/consumers';
import { copyBackups } from '../backup/copy/copy';
import { BackupError } from '../backup/errors';
import { runBackup } from '../backup/run-backup';
import { backupSettings } from '../backup/settings';
import { survivePipes, writeReport } from '../backup/worker-report';
import { BackupLog } from '../backup/log';
import { openDatabase } from '../database/open';
import { backupLedger } from '../services/backup-ledger';
import { stopSignal } from './terminal';
import type { WorkerInput } from './worker-input';

/** The background backup: started by the server after a commit, and outliving it. */
async function main(): Promise<void> {
  survivePipes();
  const signal = stopSignal();
  const { config, request } = JSON.parse(await text(process.stdin)) as WorkerInput;
  const settings = backupSettings(config.storageDir, config.backup);
  let wasTold: boolean;
  let next = request;
  try {
    const database = await openDatabase(config);
    try {
      let pending: number;
      do {
        const outcome = await runBackup(
          { settings, address: database.address, ledger: backupLedger, signal, gentle: true },
          next,
        );
        wasTold = await writeReport(outcome);
        // The server asks for what is left. Where it is gone, nobody else does.
        ({ pending } = outcome);
        next = { trigger: 'OPERATION', force: false };
      } while (!wasTold && pending > 0);
    } finally {
      await database.close();
    }
  } catch (error) {
    const failure = BackupError.from(error, 'The backup failed');
    // runBackup has logged its own.
    if (failure !== error) new BackupLog(settings.logFile).error(failure.message);
    await writeReport(failure);
    process.exitCode = 1;
    return;
  }
  // And for the copy, which logs its own failure.
  if (!wasTold) await copyBackups({ settings, copy: config.backup.copy, signal }).catch(() => undefined);
}

void main();
