import type { BackupSettings } from './backup/core/settings';
import { stateOfFolder } from './backup/files/catalogue';
import type { BackupScheduler } from './backup/schedule/backup-scheduler';
import { CoverageWatcher } from './backup/schedule/coverage-watcher';
import type { Prover } from './backup/schedule/prover';
import type { BackupService, BackupStatus } from './backup/status/backup-service';
import { Reporter } from './backup/status/peer-inventory';
import type { Config } from './config/config';
import type { Query } from './database/connection/query';
import type { Running } from './program/running';
import { backupLedger } from './services/backup-ledger';

/** The first requests after a start are answered before a backup process is started in advance, which takes CPU time. */
const READY_AFTER_MS = 1_000;

/** Every server looks this often for what others committed, and for changes that are no operations. */
const LOOK_MS = 2_000;

interface Watched {
  config: Config;
  /** Asks the live database. */
  query: Query;
  running: Running;
  desk: BackupService;
  scheduler: BackupScheduler;
  prover: Prover;
  settings: BackupSettings;
}

/** Watches over what is committed, by whatever server, and asks for the backups and proofs that it lacks. */
export function watchCoverage({ config, query, running, desk, scheduler, prover, settings }: Watched): CoverageWatcher {
  const { directory, proofDirectory, logAlone } = settings;
  setTimeout(() => {
    scheduler.keepReady();
  }, READY_AFTER_MS).unref();
  // No other server shares the database that this one runs for itself: there is nobody to report to.
  const reporter = config.database === null ? null : new Reporter(query, directory, proofDirectory);
  const missed = logAlone ? missedSinceTheLastLook() : ({ missedOperations }: BackupStatus) => missedOperations;
  const watcher = new CoverageWatcher({
    tell: async () => reporter?.tell(),
    state: async () => {
      const { uid: operation } = await backupLedger.newestOperation(query);
      const { uid: change } = await backupLedger.newestChange(query);
      return `${operation} ${change} ${await stateOfFolder(directory)} ${await stateOfFolder(proofDirectory)}`;
    },
    status: async () => {
      const status = await desk.status();
      const { missedChanges, areChangesDue, running, isProofDue, proving } = status;
      const changes = { pendingChanges: missedChanges, areChangesDue };
      return { pendingOperations: missed(status), ...changes, running, lacksProof: isProofDue && !proving };
    },
    everyMs: Math.min(LOOK_MS, config.backup.changesWithinMs / 5),
    runsHere: () => scheduler.running,
    request: (fresh, trigger) => {
      scheduler.request(trigger, { fresh });
    },
    prove: prover.request,
  });
  running.add(() => {
    watcher.stop();
  });
  return watcher;
}

/** What commits is in a log segment some milliseconds later: it is missed where it was there at the look before already. */
function missedSinceTheLastLook(): (status: BackupStatus) => number {
  let before = 0;
  return ({ missedOperations, lastOperation }) => {
    const stored = lastOperation - missedOperations;
    const isMissed = stored < before;
    before = lastOperation;
    return isMissed ? missedOperations : 0;
  };
}
