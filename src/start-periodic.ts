import { backupSettings } from './backup/core/settings';
import type { BackupLog } from './backup/core/log';
import { isDrillDue } from './backup/offsite/drill-record';
import type { CopySettings } from './backup/offsite/settings';
import { isOffsite } from './backup/offsite/status';
import { PeriodicWork } from './backup/schedule/periodic-work';
import { isScrubDue } from './backup/schedule/scrub';
import type { BackupStatus } from './backup/status/backup-service';
import { Heartbeat } from './backup/status/heartbeat';
import type { WorkerInput } from './program/worker-input';
import { backupLedger } from './services/backup-ledger';
import type { BackupsOptions } from './backups-options';

/** Asks `HEARTBEAT_URL` at intervals, where one is set. */
export function startHeartbeat(
  { config, address, query, running }: BackupsOptions,
  log: BackupLog,
  status: () => Promise<BackupStatus>,
): void {
  const { heartbeatUrl: url, heartbeatEveryMs: everyMs, copy } = config.backup;
  if (url === null) return;
  const settings = backupSettings(config.storageDir, config.backup);
  const request = { settings, copy, ledger: backupLedger, query, database: address.database };
  const heartbeat = new Heartbeat({ url, everyMs, log, status, isOffsite: isOffsite.bind(null, request) });
  running.add(() => heartbeat.stop());
}

/** Has every kept backup read again once in `BACKUP_CHECK_EVERY`. */
export function startScrub(
  options: BackupsOptions,
  log: BackupLog,
  isBackupRunning: () => boolean,
  onDone: () => void,
): void {
  const { config, scrubProgram, running } = options;
  const settings = backupSettings(config.storageDir, config.backup);
  const everyMs = config.backup.checkEveryMs;
  const scrub = new PeriodicWork({
    what: 'check of the kept backups',
    command: [process.execPath, scrubProgram],
    input: (request) => JSON.stringify({ config, request } satisfies WorkerInput),
    log,
    everyMs,
    isDue: (now) => isScrubDue(settings, everyMs, now),
    looksAtStart: true,
    isBackupRunning,
    onDone,
  });
  running.add(() => scrub.stop());
}

/**
 * Whether the server drills by itself. Where copies are encrypted and this machine does not have the key, as is wise, a person
 * has to do that: `db:drill --identity`.
 */
export function drillsByItself({ target, recipients, identityFile, drillEveryMs }: CopySettings): boolean {
  return target !== null && drillEveryMs > 0 && (recipients.length === 0 || identityFile !== null);
}

/** Has the newest copy restored once in `DRILL_EVERY`. */
export function startDrills(options: BackupsOptions, log: BackupLog, isBackupRunning: () => boolean): void {
  const { config, drillProgram, running } = options;
  if (!drillsByItself(config.backup.copy)) return;
  const { drillEveryMs: everyMs } = config.backup.copy;
  const settings = backupSettings(config.storageDir, config.backup);
  const drills = new PeriodicWork({
    what: 'drill',
    command: [process.execPath, drillProgram],
    input: (request) => JSON.stringify({ config, request } satisfies WorkerInput),
    log,
    everyMs,
    isDue: (now) => isDrillDue(settings, everyMs, now),
    // A start has enough to do, and a new target has no copy yet.
    looksAtStart: false,
    isBackupRunning,
  });
  running.add(() => drills.stop());
}
