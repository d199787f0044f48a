import { text } from 'node:stream/consumers';
import type { CopyStep } from '../../src/backup/copy/context';
import { copyBackups } from '../../src/backup/copy/copy';
import type { CopySettings } from '../../src/backup/copy/settings';
import { BackupError } from '../../src/backup/errors';
import { BackupLog } from '../../src/backup/log';
import { BackupRequester } from '../../src/backup/request';
import { runBackup, type BackupDependencies, type BackupRequest, type BackupStep } from '../../src/backup/run-backup';
import { survivePipes, writeReport } from '../../src/backup/worker-report';
import { testLedger } from './test-ledger';

export interface ProcessInput {
  dependencies: Pick<BackupDependencies, 'settings' | 'address' | 'stallMs' | 'gentle'>;
  request: BackupRequest;
  /** Instead of making a backup it copies those that there are. */
  copy?: CopySettings;
  /** The step at which it stands still, to be killed there. */
  standAt?: BackupStep | CopyStep;
  /** Instead of making the backup it asks another process for it, as a server does, and stands still. */
  asServer?: boolean;
}

/** A backup process with the tests' ledger; it tells each step on its standard output. */
async function main(): Promise<void> {
  survivePipes();
  const { dependencies, request, copy, standAt, asServer } = JSON.parse(await text(process.stdin)) as ProcessInput;
  if (asServer === true) {
    const input = (): string => JSON.stringify({ dependencies, request } satisfies ProcessInput);
    const log = new BackupLog(dependencies.settings.logFile);
    new BackupRequester({ command: [...process.argv.slice(0, 3)], input, log }).request(request.trigger);
    await standStill();
  }
  const onStep = async (step: BackupStep | CopyStep): Promise<void> => {
    process.stdout.write(`${step}\n`);
    if (step === standAt) await standStill();
  };
  try {
    if (copy !== undefined) {
      const { settings } = dependencies;
      const { copied, ...outcome } = await copyBackups({ settings, copy, onStep });
      await writeReport({ ...outcome, published: copied.map((filename) => ({ filename })) });
      return;
    }
    await writeReport(await runBackup({ ...dependencies, ledger: testLedger, onStep }, request));
  } catch (error) {
    await writeReport(BackupError.from(error, 'The backup failed'));
    process.exitCode = 1;
  }
}

function standStill(): Promise<never> {
  setInterval(() => undefined, 1000);
  return new Promise(() => undefined);
}

void main();
