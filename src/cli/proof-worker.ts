import { backupSettings } from '../backup/core/settings';
import { proveNewest } from '../backup/run/prove-newest';
import { openDatabase } from '../database/open';
import { backupLedger } from '../services/backup-ledger';
import { runWorker } from './run-worker';
import { settleInterrupted } from './settle-interrupted';

/** The background proof: started by the server after a backup. What it found, it records and logs. */
void runWorker('The proof', async ({ config, signal }) => {
  const settings = backupSettings(config.storageDir, config.backup);
  const database = await openDatabase(config);
  try {
    const { address } = database;
    const dependencies = { settings, address, ledger: backupLedger, settleInterrupted, signal };
    const { replacements } = await proveNewest(dependencies);
    return { published: replacements.map((filename) => ({ filename })), rotated: [], warnings: [] };
  } finally {
    await database.close();
  }
});
