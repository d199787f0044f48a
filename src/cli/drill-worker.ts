import { runDrill } from '../backup/offsite/drill';
import { backupSettings } from '../backup/core/settings';
import { openDatabase } from '../database/open';
import { backupLedger } from '../services/backup-ledger';
import { runWorker } from './run-worker';

/** The background drill: started by the server when one is due. What it finds, it records and logs. */
void runWorker('The drill', async ({ config, signal }) => {
  const settings = backupSettings(config.storageDir, config.backup);
  const database = await openDatabase(config);
  try {
    const { address } = database;
    const { problem } = await runDrill({ settings, copy: config.backup.copy, address, ledger: backupLedger, signal });
    return { published: [], rotated: [], warnings: problem === null ? [] : [problem] };
  } finally {
    await database.close();
  }
});
