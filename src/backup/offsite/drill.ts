import path from 'node:path';
import { z } from 'zod';
import { BackupError, BackupStopped } from '../core/errors';
import { BackupLog } from '../core/log';
import type { BackupSettings } from '../core/settings';
import { listLabelled } from '../files/proofs';
import { readState, writeState } from '../files/state-file';
import type { ProofDependencies } from '../prove/under-proof-lock';
import { verifyFile } from '../prove/verify-file';
import { withPlainBackup } from './fetch';
import { openStore } from './open-store';
import { RemoteCatalogue } from './remote-catalogue';
import { describeTarget, type CopySettings, type CopyTarget } from './settings';
import { withStallTimeout } from './stall-timeout';

const ms = z.number().int().nonnegative();

const drill = z.strictObject({
  at: z.iso.datetime(),
  /** The target. */
  from: z.string(),
  /** The copy that was restored; null where none was found. */
  copy: z.string().nullable(),
  /** Every operation up to this number came back; null where the copy could not be read. */
  lastOperation: z.number().int().nonnegative().nullable(),
  /** How long it took to find the copy, to fetch it, and to restore and check it, in ms; the sum is the time to recover. */
  findMs: ms,
  fetchMs: ms,
  restoreMs: ms,
  /** Why what was restored is no good, or was not restored, in one sentence; null where it is sound. */
  problem: z.string().min(1).nullable(),
});
export type Drill = z.output<typeof drill>;

/** So many are kept. */
const KEPT = 50;
const STALL_MS = 5 * 60_000;
/** What is wrong with a file stays so: each try costs as much as a drill that is passed. */
const AGAIN_MS = 60 * 60_000;

interface DrillRequest extends ProofDependencies {
  copy: CopySettings;
  /** In place of the target of the settings. */
  from?: CopyTarget;
  onProgress?: (doing: string, part: number | null) => void;
}

/**
 * Restores the newest state from the target, as after the loss of this machine: nothing but the copy and its key has a part
 * in what is restored. Checks books and chain on the proof server, and keeps how long each step took.
 * @throws BackupStopped; what is wrong with the copy, or kept it from being restored, stands in the drill
 */
export async function runDrill(request: DrillRequest): Promise<Drill> {
  const { settings, copy, signal } = request;
  const target = request.from ?? copy.target;
  if (target === null) throw new BackupError('There is no target to restore from: set BACKUP_COPY_TO, or name one.');
  const log = new BackupLog(settings.logFile);
  const found = { from: describeTarget(target), copy: null, lastOperation: null, findMs: 0, fetchMs: 0, restoreMs: 0 };
  const drill: Drill = { at: new Date().toISOString(), ...found, problem: null };
  try {
    await restoreNewest(request, target, drill);
  } catch (error) {
    if (error instanceof BackupStopped || signal?.aborted === true) throw error;
    drill.problem = BackupError.from(error, `The newest copy in ${drill.from} could not be restored`).message;
  }
  await writeState(settings, 'drills', [drill, ...(await drills(settings))].slice(0, KEPT));
  if (drill.problem === null) log.info(describeDrill(drill));
  else log.error(describeDrill(drill));
  return drill;
}

/** The last drills, newest first. */
export async function drills(settings: BackupSettings): Promise<Drill[]> {
  return (await readState(settings, 'drills', z.array(drill))) ?? [];
}

/** Whether the next drill is due: `everyMs` after one that was passed, and an hour after one that failed. */
export async function isDrillDue(settings: BackupSettings, everyMs: number, now: Date): Promise<boolean> {
  const [last] = await drills(settings);
  if (last === undefined) return true;
  const age = now.getTime() - Date.parse(last.at);
  // A time to come is of a clock that was wrong.
  return age < 0 || age >= (last.problem === null ? everyMs : Math.min(everyMs, AGAIN_MS));
}

/** "Drill: operations up to 12 were restored from /mnt/copies/... in 8.3 s (found in 0.1 s, ...)." */
export function describeDrill({ problem, ...drill }: Drill): string {
  if (problem !== null) return `The drill failed: ${problem}`;
  const { from, copy, lastOperation, findMs, fetchMs, restoreMs } = drill;
  const what = lastOperation === 0 ? 'a pool without an operation' : `operations up to ${lastOperation}`;
  const steps = `found in ${seconds(findMs)}, fetched in ${seconds(fetchMs)}, restored and checked in ${seconds(restoreMs)}`;
  return `Drill: ${what} came back from ${from}/${copy} in ${seconds(findMs + fetchMs + restoreMs)} (${steps}).`;
}

/** Notes in `drill` how far it came. */
async function restoreNewest(request: DrillRequest, target: CopyTarget, drill: Drill): Promise<void> {
  const { settings, copy, signal, onProgress } = request;
  onProgress?.(`Looking for the newest copy in ${drill.from}`, null);
  const begun = performance.now();
  drill.copy = await newestCopy(request, target);
  drill.findMs = since(begun);
  const fetching = performance.now();
  const source = target.kind === 'directory' ? path.join(target.directory, drill.copy) : `${drill.from}/${drill.copy}`;
  await withPlainBackup({ source, settings, copy, signal, onProgress }, async (plain) => {
    drill.fetchMs = since(fetching);
    onProgress?.(`Restoring ${drill.copy}`, null);
    const { backup, proof } = await verifyFile(request, plain);
    drill.restoreMs = proof.durationMs;
    drill.lastOperation = backup.lastOperation.number;
    drill.problem =
      proof.state === 'PROVEN' ? null : `${source} is ${proof.state}: ${proof.problem ?? 'no reason is known'}`;
  });
}

/** Its name. The backups here only tell the pool, where several keep their copies in one place. */
async function newestCopy({ settings, copy, signal }: DrillRequest, target: CopyTarget): Promise<string> {
  const [newest] = await listLabelled(settings).catch(() => []);
  const remote = await withStallTimeout(
    async (timer) => {
      const store = await openStore(target, copy, timer.signal);
      try {
        return new RemoteCatalogue(await store.list());
      } finally {
        store.close();
      }
    },
    { stallMs: STALL_MS, signal },
  );
  const fullest = remote.fullest(newest, []);
  if (fullest !== null) return fullest.name;
  throw new BackupError(`There is no copy of this pool in ${describeTarget(target)}.`);
}

function since(begun: number): number {
  return Math.round(performance.now() - begun);
}

function seconds(of: number): string {
  return `${(of / 1000).toFixed(1)} s`;
}
