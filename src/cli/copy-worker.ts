import { copyBackups } from '../backup/offsite/copy';
import { backupSettings } from '../backup/core/settings';
import { runWorker } from './run-worker';

/** The background copy: started by the server after a backup. It needs no database. */
void runWorker('Copying the backups', async ({ config, signal }) => {
  const settings = backupSettings(config.storageDir, config.backup);
  const { copied, rotated, warnings } = await copyBackups({ settings, copy: config.backup.copy, signal });
  return { published: copied.map((filename) => ({ filename })), rotated, warnings };
});
