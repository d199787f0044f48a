import { BackupError, BackupStopped } from '../backup/core/errors';
import { BackupLog } from '../backup/core/log';
import { backupSettings } from '../backup/core/settings';
import { runDrill } from '../backup/offsite/drill';
import { openDatabase } from '../database/open';
import { backupLedger } from '../services/backup-ledger';
import { acknowledgedAt } from './acknowledged-at';
import { runWorker } from './run-worker';

/** The background drill: started by the server when one is due. What it finds, it records and logs. */
void runWorker('The drill', async ({ config, signal }) => {
  const settings = backupSettings(config.storageDir, config.backup);
  const database = await openDatabase(config);
  try {
    const { address } = database;
    const { problem } = await runDrill({
      settings,
      copy: config.backup.copy,
      address,
      ledger: backupLedger,
      acknowledged: () => acknowledgedAt(address),
      signal,
    });
    return { published: [], rotated: [], warnings: problem === null ? [] : [problem] };
  } catch (error) {
    if (error instanceof BackupStopped) throw error;
    // Without a verdict it stays due: the next look tries again, and no sooner.
    const failure = BackupError.from(error, 'The drill could not be made');
    new BackupLog(settings.logFile).warn(`Drill not made: ${failure.message}`);
    return { published: [], rotated: [], warnings: [failure.message] };
  } finally {
    await database.close();
  }
});
