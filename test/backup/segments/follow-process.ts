import { text } from 'node:stream/consumers';
import { settleInterrupted } from '../../../src/cli/settle-interrupted';
import { runBackup } from '../../../src/backup/run/run-backup';
import type { BackupDependencies } from '../../../src/backup/run/types';
import { followLog } from '../../../src/backup/segments/follow';
import { survivePipes } from '../../../src/program/pipes';
import { stopSignal } from '../../../src/program/terminal';
import { backupLedger } from '../../../src/services/backup-ledger';
import { testLedger } from '../test-ledger';

export interface FollowInput extends Pick<BackupDependencies, 'settings' | 'address'> {
  /** Of the tests of restores: the ledger of the pool. */
  isPool?: boolean;
}

/** Follows the log with the tests' ledger, until it is asked to end. */
async function main(): Promise<void> {
  survivePipes();
  const signal = stopSignal();
  const { settings, address, isPool = false } = JSON.parse(await text(process.stdin)) as FollowInput;
  const dependencies = { settings, address, ledger: isPool ? backupLedger : testLedger, settleInterrupted, signal };
  process.stdout.write('begun\n');
  await followLog({
    ...dependencies,
    makeBase: async () => {
      await runBackup(dependencies, { trigger: 'RECOVERY', force: true, once: true });
    },
  }).catch((error: unknown) => {
    process.stdout.write(`${String(error)}\n`);
  });
  process.exit();
}

void main();
