import { z } from 'zod';
import { reasonOf } from '../core/errors';
import type { BackupLog } from '../core/log';
import type { BackupSettings } from '../core/settings';
import { readState, writeState } from '../files/state-file';

const state = z.strictObject({
  at: z.iso.datetime(),
  /** `following`, also while a base is made; `impossible`: something is missing; `ended`: with its server. */
  state: z.enum(['following', 'impossible', 'ended']),
  /** Why the log does not lead on, or what is missing, in one sentence; null where all is well. */
  problem: z.string().min(1).nullable(),
});

/** How the process that follows the log stands, or ended, as it told last. */
type FollowState = Pick<z.output<typeof state>, 'state' | 'problem'>;

/** Keeps it for the status, and for commands. Never throws: what is not kept must cost no segment. */
export async function keepFollowState(settings: BackupSettings, log: BackupLog, told: FollowState): Promise<void> {
  try {
    await writeState(settings, 'log', { at: new Date().toISOString(), ...told });
  } catch (error) {
    log.warn(`How the binary log is followed could not be kept in ${settings.stateDirectory}: ${reasonOf(error)}.`);
  }
}

/** Null where nothing has ever been told. */
export async function readFollowState(settings: Pick<BackupSettings, 'stateDirectory'>): Promise<FollowState | null> {
  return readState(settings, 'log', state);
}
