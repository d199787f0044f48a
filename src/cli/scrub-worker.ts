import { once } from 'node:events';
import { BackupError, BackupStopped } from '../backup/core/errors';
import { BackupLog } from '../backup/core/log';
import { type BackupSettings, backupSettings } from '../backup/core/settings';
import { writeProof } from '../backup/files/proofs';
import { scrub } from '../backup/schedule/scrub';
import { runWorker } from './run-worker';

/** The background check of the kept backups: started by the server when one is due. It needs no database. */
void runWorker('The check of the kept backups', async ({ config, signal }) => {
  const settings = backupSettings(config.storageDir, config.backup);
  // The check changes nothing that a kill could leave half done.
  const stopped = once(signal, 'abort').then(() => {
    throw new BackupStopped('The check of the kept backups');
  });
  const warnings = await Promise.race([checkFiles(settings, config.backup.checkEveryMs), stopped]);
  return { published: [], rotated: [], warnings };
});

async function checkFiles(settings: BackupSettings, everyMs: number): Promise<string[]> {
  const log = new BackupLog(settings.logFile);
  try {
    return await scrub({
      settings,
      log,
      everyMs,
      onDamaged: ({ filename, sha256, lastOperation, schemaVersion }, problem) =>
        writeProof(settings.proofDirectory, {
          filename,
          sha256,
          state: 'DAMAGED',
          problem,
          findings: [],
          place: null,
          judgedAt: new Date(),
          durationMs: 0,
          lastOperation,
          schemaVersion,
        }),
    });
  } catch (error) {
    const failure = BackupError.from(error, 'The check of the kept backups failed');
    log.error(failure.message);
    throw failure;
  }
}
