import type { BackupLog } from '../core/log';
import type { BackupSettings } from '../core/settings';
import { listLabelled } from '../files/proofs';
import type { BackupRequest } from '../run/types';
import type { Pauses } from '../core/growing-pause';
import { BackupScheduler } from './backup-scheduler';
import { timeLimit } from './time-limit';
import type { WorkerReport } from './worker-report';

/** A small proof is done by then; the next start makes the others. */
const GRACE_MS = 2_000;

export interface Prover {
  scheduler: BackupScheduler;
  /** Asks for a proof of the newest backup, in the background. */
  request: () => void;
  close: () => Promise<void>;
}

/**
 * Proves the newest backup in processes of their own: a proof may take long, and the next backup must not wait for it.
 * However many backups come meanwhile, one proof follows; one that could not be made is tried again after a pause.
 * @param options.command the program that makes the proof, and its arguments
 * @param options.input what that program reads from its standard input
 * @param options.onOutcome told how each try ended; not of one that was asked to end
 */
export function createProver(options: {
  command: readonly string[];
  input: (request: BackupRequest) => string;
  log: BackupLog;
  settings: BackupSettings;
  onOutcome: (report: WorkerReport) => void;
  pauses?: Pauses;
}): Prover {
  let closing = false;
  const { command, input, log, settings, pauses } = options;
  const scheduler = new BackupScheduler({
    command,
    input,
    log,
    what: 'proof',
    ...(pauses === undefined ? {} : { pauses }),
    onOutcome: (report) => {
      if (!closing) options.onOutcome(report);
    },
    timeLimit: timeLimit(async () => (await listLabelled(settings)).map(({ proof }) => proof?.durationMs ?? 0)),
  });
  return {
    scheduler,
    request: () => {
      scheduler.request('OPERATION');
    },
    close: async () => {
      closing = true;
      await scheduler.stopWithin(GRACE_MS);
    },
  };
}
