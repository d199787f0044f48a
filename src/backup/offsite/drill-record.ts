import { z } from 'zod';
import { reasonOf } from '../core/errors';
import type { BackupLog } from '../core/log';
import type { BackupSettings } from '../core/settings';
import { PLACES } from '../files/proofs';
import { readState, writeState } from '../files/state-file';

const ms = z.number().int().nonnegative();

const drill = z.strictObject({
  at: z.iso.datetime(),
  /** The target. */
  from: z.string(),
  /** The copy that was restored. */
  copy: z.string(),
  /** Every operation up to this number came back; null where the copy is no backup. */
  lastOperation: z.number().int().nonnegative().nullable(),
  /** How long it took to find the copy, to fetch it, and to restore and check it, in ms; the sum is the time to recover. */
  findMs: ms,
  fetchMs: ms,
  restoreMs: ms,
  /** Where it was restored; null where it was not. */
  place: z.enum(PLACES).nullable(),
  /** Why the copy is no good, in one sentence; null where it is sound. */
  problem: z.string().min(1).nullable(),
});
export type Drill = z.output<typeof drill>;

const DAY_MS = 86_400_000;
/** A report tells of a year. */
const KEPT_MS = 400 * DAY_MS;
const KEPT = 2_000;
/** What is wrong with a copy mostly stays so: the pause doubles with each failure. */
const AGAIN_MS = 60 * 60_000;

/** A drill that cannot be kept is told all the same: never throws. */
export async function keepDrill(settings: BackupSettings, made: Drill, log: BackupLog): Promise<void> {
  const young = (await drills(settings)).filter(({ at }) => Date.parse(made.at) - Date.parse(at) < KEPT_MS);
  try {
    await writeState(settings, 'drills', [made, ...young].slice(0, KEPT));
  } catch (error) {
    log.warn(`What came of this drill could not be kept in ${settings.stateDirectory}: ${reasonOf(error)}.`);
  }
}

/** The last drills of the target of the settings, newest first. */
export async function drills(settings: BackupSettings): Promise<Drill[]> {
  return (await readState(settings, 'drills', z.array(drill))) ?? [];
}

/** Whether the next drill is due: `everyMs` after one that was passed, and sooner after one that failed. */
export async function isDrillDue(settings: BackupSettings, everyMs: number, now: Date): Promise<boolean> {
  const made = await drills(settings);
  const [last] = made;
  if (last === undefined) return true;
  const passed = made.findIndex(({ problem }) => problem === null);
  const failed = passed === -1 ? made.length : passed;
  const pause = failed === 0 ? everyMs : Math.min(everyMs, AGAIN_MS * 2 ** (failed - 1));
  const age = now.getTime() - Date.parse(last.at);
  // A time to come is of a clock that was wrong.
  return age < 0 || age >= pause;
}

/** "Drill: operations up to 12 came back from /mnt/copies/... in 8.3 s (found in 0.1 s, ...)." */
export function describeDrill({ problem, ...drill }: Drill): string {
  if (problem !== null) return `The drill failed: ${problem}`;
  const { from, copy, lastOperation, findMs, fetchMs, restoreMs } = drill;
  const what = lastOperation === 0 ? 'a pool without an operation' : `operations up to ${lastOperation}`;
  const steps = `found in ${seconds(findMs)}, fetched in ${seconds(fetchMs)}, restored and checked in ${seconds(restoreMs)}`;
  return `Drill: ${what} came back from ${from}/${copy} in ${seconds(findMs + fetchMs + restoreMs)} (${steps}).`;
}

function seconds(of: number): string {
  return `${(of / 1000).toFixed(1)} s`;
}
