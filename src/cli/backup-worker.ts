import { existsSync } from 'node:fs';
import { copyBackups } from '../backup/offsite/copy';
import { clientPrefix } from '../backup/client/child-process';
import { BackupError } from '../backup/core/errors';
import { proveNewest } from '../backup/run/prove-newest';
import { runBackup } from '../backup/run/run-backup';
import { backupSettings } from '../backup/core/settings';
import { sayBegun, writeReport } from '../backup/schedule/worker-report';
import { BackupLog } from '../backup/core/log';
import { openDatabase } from '../database/open';
import { backupLedger } from '../services/backup-ledger';
import { readTask } from './run-worker';
import { settleInterrupted } from './settle-interrupted';

/** The background backup: started by the server after a commit, and outliving it. */
async function main(): Promise<void> {
  // While it waits: which programs of this machine work takes three processes to find out.
  void clientPrefix({ largeWrites: true });
  const { config, request, signal } = await readTask();
  const settings = backupSettings(config.storageDir, config.backup);
  let wasTold: boolean;
  let next = request;
  try {
    const database = await openDatabase(config);
    sayBegun();
    try {
      let pending: number;
      const dependencies = { settings, address: database.address, ledger: backupLedger };
      do {
        const outcome = await runBackup({ ...dependencies, settleInterrupted, signal, gentle: true }, next);
        wasTold = await writeReport(outcome);
        // The server asks for the remaining backups. If it is gone, this process has to make them.
        ({ pending } = outcome);
        next = { trigger: 'OPERATION', force: false };
      } while (!wasTold && pending > 0);
      // And for the proof, which logs its own failure: the next start makes up for it.
      if (!wasTold) await proveNewest({ ...dependencies, settleInterrupted, signal }).catch(() => undefined);
    } finally {
      await database.close();
    }
  } catch (error) {
    const failure = BackupError.from(error, 'The backup failed');
    // runBackup has logged its own, and a folder that was removed stays so.
    const isThere = config.database !== null || existsSync(config.storageDir);
    if (failure !== error && isThere) new BackupLog(settings.logFile).error(failure.message);
    await writeReport(failure);
    process.exitCode = 1;
    return;
  }
  // And for the copy, which logs its own failure.
  if (!wasTold) await copyBackups({ settings, copy: config.backup.copy, signal }).catch(() => undefined);
}

void main();
