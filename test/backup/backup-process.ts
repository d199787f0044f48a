import { text } from 'node:stream/consumers';
import type { CopyStep } from '../../src/backup/offsite/context';
import { settleInterrupted } from '../../src/cli/settle-interrupted';
import { copyBackups } from '../../src/backup/offsite/copy';
import type { CopySettings } from '../../src/backup/offsite/settings';
import { BackupError } from '../../src/backup/core/errors';
import { BackupLog } from '../../src/backup/core/log';
import { BackupScheduler } from '../../src/backup/schedule/backup-scheduler';
import { proveNewest, type ProofStep } from '../../src/backup/run/prove-newest';
import { runBackup } from '../../src/backup/run/run-backup';
import type { BackupDependencies, BackupRequest, BackupStep } from '../../src/backup/run/types';
import { writeReport } from '../../src/backup/schedule/worker-report';
import { survivePipes } from '../../src/program/pipes';
import { testLedger } from './test-ledger';

export interface ProcessInput {
  dependencies: Pick<BackupDependencies, 'settings' | 'address' | 'stallMs' | 'gentle'>;
  request: BackupRequest;
  /** Instead of making a backup it copies those that there are. */
  copy?: CopySettings;
  /** Instead of making a backup it proves the newest. */
  prove?: true;
  /** The step at which it stands still, to be killed there. */
  standAt?: BackupStep | CopyStep | ProofStep;
  /** Instead of making the backup it asks another process for it, as a server does, and stands still. */
  asServer?: boolean;
}

/** A backup process with the tests' ledger; it tells each step on its standard output. */
async function main(): Promise<void> {
  survivePipes();
  const { dependencies, request, copy, prove, standAt, asServer } = JSON.parse(
    await text(process.stdin),
  ) as ProcessInput;
  if (asServer === true) {
    const input = (): string => JSON.stringify({ dependencies, request } satisfies ProcessInput);
    const log = new BackupLog(dependencies.settings.logFile);
    new BackupScheduler({ command: [...process.argv.slice(0, 3)], input, log }).request(request.trigger);
    await standStill();
  }
  const onStep = async (step: BackupStep | CopyStep | ProofStep): Promise<void> => {
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
    if (prove === true) {
      await proveNewest({ ...dependencies, ledger: testLedger, settleInterrupted, onStep });
      return;
    }
    await writeReport(await runBackup({ ...dependencies, ledger: testLedger, settleInterrupted, onStep }, request));
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
