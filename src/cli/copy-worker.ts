import { text } from 'node:stream/consumers';
import { copyBackups } from '../backup/copy/copy';
import { BackupError, BackupStopped } from '../backup/errors';
import { backupSettings } from '../backup/settings';
import { survivePipes, writeReport } from '../backup/worker-report';
import { stopSignal } from './terminal';
import type { WorkerInput } from './worker-input';

/** The background copy: started by the server after a backup. It needs no database. */
async function main(): Promise<number> {
  survivePipes();
  const signal = stopSignal();
  const { config } = JSON.parse(await text(process.stdin)) as WorkerInput;
  const settings = backupSettings(config.storageDir, config.backup);
  try {
    const { copied, rotated, warnings } = await copyBackups({ settings, copy: config.backup.copy, signal });
    await writeReport({ published: copied.map((filename) => ({ filename })), rotated, warnings });
    return 0;
  } catch (error) {
    // A server that ends is no failure of its copies.
    const isStopped = error instanceof BackupStopped;
    const failure = BackupError.from(error, 'Copying the backups failed');
    await writeReport(isStopped ? { published: [], rotated: [], warnings: [failure.message] } : failure);
    return isStopped ? 0 : 1;
  }
}

// Not by itself: a disk of another machine that has gone away holds a process for as long as it likes.
void main().then((code) => process.exit(code));
