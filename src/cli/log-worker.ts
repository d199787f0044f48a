import { BackupError } from '../backup/core/errors';
import { runBackup } from '../backup/run/run-backup';
import { backupSettings } from '../backup/core/settings';
import { BackupLog } from '../backup/core/log';
import { followLog } from '../backup/segments/follow';
import { openDatabase } from '../database/open';
import { backupLedger } from '../services/backup-ledger';
import { runWorker } from './run-worker';
import { settleInterrupted } from './settle-interrupted';

/** How often it asks for the server that started it. */
const LOOK_MS = 1_000;

/**
 * Follows the binary log in the background: started by the server with BACKUP_MODE=log, and ended with it. Where the
 * server is gone without a word it ends by itself: it would keep an embedded database alive that nobody uses.
 */
void runWorker('Following the binary log', async ({ config, signal: stop }) => {
  const settings = backupSettings(config.storageDir, config.backup);
  const signal = AbortSignal.any([stop, endOfParent()]);
  const database = await openDatabase(config).catch((error: unknown) => {
    const failure = BackupError.from(error, 'The binary log could not be followed');
    new BackupLog(settings.logFile).error(failure.message);
    throw failure;
  });
  const { address } = database;
  try {
    return await followLog({
      settings,
      address,
      ledger: backupLedger,
      signal,
      makeBase: async () => {
        const dependencies = { settings, address, ledger: backupLedger, settleInterrupted, signal, gentle: true };
        await runBackup(dependencies, { trigger: 'RECOVERY', force: true, once: true });
      },
    });
  } finally {
    await database.close();
  }
});

/** Aborted once the process that started this one is gone. */
function endOfParent(): AbortSignal {
  const gone = new AbortController();
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) gone.abort();
  }, LOOK_MS).unref();
  return gone.signal;
}
