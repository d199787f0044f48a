import { z } from 'zod';
import { reasonOf } from '../core/errors';
import type { BackupLog } from '../core/log';
import type { BackupSettings } from '../core/settings';
import { record } from '../files/record';
import { readState, writeState, type StateKey } from '../files/state-file';

const lastTry = z.strictObject({
  at: z.iso.datetime(),
  /** Why it failed, in one sentence; null after a success, or if nothing was to be done. */
  problem: z.string().min(1).nullable(),
});

/** Keeps how the last try to make a backup ended, for commands and for the next start. Never throws. */
export async function keepLastTry(settings: BackupSettings, log: BackupLog, problem: string | null): Promise<void> {
  const before = await lastFailure(settings);
  const at = new Date().toISOString();
  if (before === null && problem !== null) await record(settings, { at, what: 'failing', problem });
  if (before !== null && problem === null) await record(settings, { at, what: 'working' });
  await keep('last-try', settings, log, problem);
}

/** Keeps whether the last try to prove a backup came to a verdict, and why it did not. Never throws. */
export function keepLastProof(settings: BackupSettings, log: BackupLog, problem: string | null): Promise<void> {
  return keep('last-proof', settings, log, problem);
}

/** Why the last try of any process to make a backup failed; null after a success, or if nothing is known of it. */
export async function lastFailure(settings: BackupSettings): Promise<string | null> {
  return (await readState(settings, 'last-try', lastTry))?.problem ?? null;
}

/** Why the last try of any process to prove a backup came to no verdict; null if it did, or if nothing is known of it. */
export async function lastProofFailure(settings: BackupSettings): Promise<string | null> {
  return (await readState(settings, 'last-proof', lastTry))?.problem ?? null;
}

/** A state that cannot be kept must cost neither a backup nor a proof. */
async function keep(key: StateKey, settings: BackupSettings, log: BackupLog, problem: string | null): Promise<void> {
  try {
    await writeState(settings, key, { at: new Date().toISOString(), problem });
  } catch (error) {
    log.warn(`How this try ended could not be kept in ${settings.stateDirectory}: ${reasonOf(error)}.`);
  }
}
