import { text } from 'node:stream/consumers';
import type { RestoreSource } from '../../src/backup/restore/plan/choice';
import type { RestoreDependencies, RestoreStep } from '../../src/backup/restore/common/context';
import { restore } from '../../src/backup/restore/restore';
import { knownSchemas, migrateDatabase } from '../../src/database/known-schemas';
import { backupLedger } from '../../src/services/backup-ledger';

export interface ProcessInput {
  dependencies: Pick<RestoreDependencies, 'settings' | 'address' | 'unlogged'>;
  source: RestoreSource;
  safetyBackup: boolean;
  /** The step at which it stands still, to be killed there. */
  standAt?: RestoreStep;
}

/** A restore in a process of its own; it tells each step on its standard output. */
async function main(): Promise<void> {
  const { dependencies, source, safetyBackup, standAt } = JSON.parse(await text(process.stdin)) as ProcessInput;
  const stop = new AbortController();
  process.once('SIGINT', () => {
    stop.abort();
  });
  const onStep = async (step: RestoreStep): Promise<void> => {
    process.stdout.write(`${step}\n`);
    if (step === standAt) await standStill(stop.signal);
  };
  try {
    await restore(
      { ...dependencies, ledger: backupLedger, knownSchemas, migrate: migrateDatabase, signal: stop.signal, onStep },
      { source, into: null, safetyBackup },
      () => Promise.resolve(true),
    );
    process.stdout.write('done\n');
  } catch (error) {
    process.stdout.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

/** Until it is asked to stop. */
function standStill(stop: AbortSignal): Promise<void> {
  const alive = setInterval(() => undefined, 1000);
  return new Promise((resolve) => {
    stop.addEventListener('abort', () => {
      clearInterval(alive);
      resolve();
    });
  });
}

void main();
