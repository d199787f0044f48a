import { STALL_MS } from '../client/client-run';
import type { DatabaseAddress } from '../../database/connection/address';
import { BackupStopped, reasonOf } from '../core/errors';
import type { Ledger } from '../core/ledger';
import type { BackupLog } from '../core/log';
import type { BackupSettings } from '../core/settings';
import { clearProofs, writeProof, type Proof } from '../files/proofs';
import { recordBackup } from '../files/record';
import { clearWorkFiles, prepareFolders, workTag } from '../files/staging';
import { BackupLock } from '../server/backup-lock';
import { dropScratchOrphans } from '../server/scratch-database';
import { openSession, type Session } from '../server/session';
import { proveBackup } from './prove-backup';

export interface ProofDependencies {
  settings: BackupSettings;
  address: DatabaseAddress;
  ledger: Ledger;
  /** Ends what runs, cleanly. */
  signal?: AbortSignal;
  /** A client program that moves no byte for this long is ended. */
  stallMs?: number;
  now?: () => Date;
}

export type ProvenStep = 'proving' | 'judged' | 'recorded';

/** What can be done while the lock on proofs is held. */
export interface Prover {
  session: Session;
  /** Aborted when the lock is lost, or an end is asked for. */
  signal: AbortSignal;
  /**
   * Proves a backup; `record` keeps what was found.
   * @throws ProofImpossible where there is no verdict; BackupError where it could not be recorded
   */
  prove: (backup: Parameters<typeof proveBackup>[1], record: boolean) => Promise<Proof>;
}

/** Waits for a proof that runs, then does `work`: one proof at a time, and no backup or restore waits for it. */
export async function underProofLock<Result>(
  dependencies: ProofDependencies & { onStep?: (step: ProvenStep) => void | Promise<void> },
  log: BackupLog,
  work: (prover: Prover) => Promise<Result>,
): Promise<Result> {
  const { settings, address, ledger, signal: stop, stallMs = STALL_MS, now = () => new Date(), onStep } = dependencies;
  await prepareFolders(settings);
  const lock = await BackupLock.acquire(address, {
    purpose: 'proofs',
    ...(stop === undefined ? {} : { signal: stop }),
  });
  try {
    const session = await openSession(lock.address, { signal: lock.lost });
    const signal = stop === undefined ? lock.lost : AbortSignal.any([lock.lost, stop]);
    // Not the tag of backups: what a backup clears up must not be what a proof works with.
    const tag = workTag(`proof of ${address.database}`);
    try {
      await clearLitter(settings, session, tag, log);
      return await work({
        session,
        signal,
        prove: async (backup, record) => {
          const begun = performance.now();
          await onStep?.('proving');
          const verdict = await proveBackup(
            {
              settings,
              session,
              ledger,
              tag,
              lost: lock.lost,
              signal,
              stallMs,
              warn: (message) => {
                log.warn(message);
              },
            },
            backup,
          );
          await onStep?.('judged');
          const { filename, sha256 } = backup;
          const durationMs = Math.round(performance.now() - begun);
          const proof: Proof = { filename, sha256, ...verdict, judgedAt: now(), durationMs };
          if (record) await writeProof(settings.proofDirectory, proof);
          if (record && proof.state === 'PROVEN') {
            await recordBackup(settings, 'proven', backup.lastOperation, proof.judgedAt);
          }
          await onStep?.('recorded');
          return proof;
        },
      });
    } catch (error) {
      if (lock.lost.aborted) throw lock.lost.reason;
      throw stop?.aborted === true ? new BackupStopped('The proof') : error;
    } finally {
      session.close();
    }
  } finally {
    await lock.release();
  }
}

/** Removes what killed proofs left. Nothing here is worth a proof: what cannot be cleared is told and left. */
async function clearLitter(settings: BackupSettings, session: Session, tag: string, log: BackupLog): Promise<void> {
  await clearProofs(settings);
  const told = (left: string): void => {
    log.warn(left);
  };
  try {
    const litter = [
      ...(await clearWorkFiles(settings.workDirectory, tag, told)),
      ...(await dropScratchOrphans(session, told)),
    ];
    if (litter.length > 0) log.info(`Cleared what an interrupted proof left: ${litter.join(', ')}.`);
  } catch (error) {
    log.warn(`What an interrupted proof left could not be cleared: ${reasonOf(error)}.`);
  }
}
