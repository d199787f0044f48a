import { text } from 'node:stream/consumers';
import type { Backup } from '../../src/backup/files/catalogue';
import { BackupLog } from '../../src/backup/core/log';
import { underProofLock, type ProofDependencies } from '../../src/backup/prove/under-proof-lock';
import { testLedger } from './test-ledger';

interface ProcessInput extends Pick<ProofDependencies, 'settings' | 'address'> {
  backup: Backup;
}

/** Proves a backup in a process of its own, and stands still while the copy is checked, to be killed there. */
async function main(): Promise<void> {
  const { backup, ...dependencies } = JSON.parse(await text(process.stdin)) as ProcessInput;
  const ledger: ProofDependencies['ledger'] = {
    ...testLedger,
    check: () => {
      process.stdout.write('checking\n');
      return new Promise(() => setInterval(() => undefined, 1000));
    },
  };
  const log = new BackupLog(dependencies.settings.logFile);
  await underProofLock({ ...dependencies, ledger }, log, ({ prove }) => prove(backup, false));
}

void main();
