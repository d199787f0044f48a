import path from 'node:path';
import { BackupError, UnsoundBackup } from '../core/errors';
import { BackupLog } from '../core/log';
import { listBackups } from '../files/catalogue';
import { prepareFolders } from '../files/staging';
import { leftUnproven } from '../prove/proof';
import type { ProofDependencies } from '../prove/under-proof-lock';
import { verifyFile, type Verification } from '../prove/verify-file';
import { checkRoomForProof } from '../server/disk-space';
import { describeDrill, type Drill, keepDrill } from './drill-record';
import { withPlainBackup } from './fetch';
import { readCatalogue } from './read-catalogue';
import type { Copy } from './remote-catalogue';
import { describeTarget, type CopySettings, type CopyTarget } from './settings';

const STALL_MS = 5 * 60_000;
/** SQL takes about so many times the bytes of its gzip: twelve for a ledger, whose rows are alike. */
const UNPACKED = 12;

interface DrillRequest extends ProofDependencies {
  copy: CopySettings;
  /** In place of the target of the settings: then the drill is told, and not kept. */
  from?: CopyTarget;
  /** The findings that somebody has acknowledged. */
  acknowledged: () => Promise<readonly { finding: string }[]>;
  onProgress?: (doing: string, part: number | null) => void;
}

/**
 * Restores the newest copy of the pool from the target, as after the loss of this machine: nothing but the copy and its key
 * has a part in what is restored. Checks books and chain, and keeps how long each step took.
 * @returns what came of it, also where the copy is no good
 * @throws BackupError where there is no verdict on a copy: none is there, a key or room is missing, a server cannot be reached;
 * BackupStopped
 */
export async function runDrill(request: DrillRequest): Promise<Drill> {
  const { settings, copy, from } = request;
  const target = from ?? copy.target;
  if (target === null) throw new BackupError('There is no target to restore from: set BACKUP_COPY_TO, or name one.');
  await prepareFolders(settings);
  const drill = await restoreNewest(request, target);
  const log = new BackupLog(settings.logFile);
  if (drill.problem === null) log.info(describeDrill(drill));
  else log.error(describeDrill(drill));
  if (from === undefined) await keepDrill(settings, drill, log);
  return drill;
}

async function restoreNewest(request: DrillRequest, target: CopyTarget): Promise<Drill> {
  const { settings, copy, signal, onProgress } = request;
  const at = new Date().toISOString();
  const to = describeTarget(target);
  onProgress?.(`Looking for the newest copy in ${to}`, null);
  const begun = performance.now();
  const { name, bytes, encrypted } = await newestCopy(request, target);
  const findMs = since(begun);
  const source = target.kind === 'directory' ? path.join(target.directory, name) : `${to}/${name}`;
  if (encrypted && copy.identityFile === null) {
    throw new BackupError(
      `${source} is encrypted: name the file that holds its age identity with --identity or BACKUP_COPY_IDENTITY_FILE.`,
    );
  }
  // A full disk would stop the backups, and the live database where it lies there.
  await checkRoomForProof(settings.workDirectory, bytes * UNPACKED);
  const found = { at, from: to, copy: name, lastOperation: null, findMs, fetchMs: 0, restoreMs: 0, place: null };
  let fetching = performance.now();
  const onFetch = (): void => {
    fetching = performance.now();
  };
  const fetched = { source, settings, copy, signal, onProgress, onFetch };
  try {
    return await withPlainBackup(fetched, async (plain) => {
      const fetchMs = since(fetching);
      onProgress?.(`Restoring ${name}`, null);
      const { backup, proof } = await verifyFile(request, plain);
      const { durationMs: restoreMs, place } = proof;
      const problem = await problemOf(proof, source, request.acknowledged);
      return { ...found, fetchMs, restoreMs, place, lastOperation: backup.lastOperation.number, problem };
    });
  } catch (error) {
    // It came, and is not what was stored, or is no backup.
    if (error instanceof UnsoundBackup) return { ...found, fetchMs: since(fetching), problem: error.message };
    throw error;
  }
}

/** What is acknowledged is no fault of the copy. */
async function problemOf(
  { state, problem, findings }: Verification['proof'],
  source: string,
  acknowledged: DrillRequest['acknowledged'],
): Promise<string | null> {
  if (state === 'PROVEN') return null;
  if (state === 'UNSOUND') {
    const known = new Set((await acknowledged()).map(({ finding }) => finding));
    if (findings.every((finding) => known.has(finding))) return null;
  }
  return `${source} is ${state}: ${problem ?? 'no reason is known'}`;
}

/** The backups here only tell the pool, where several keep their copies in one place; without any, all count. */
async function newestCopy({ settings, copy, signal }: DrillRequest, target: CopyTarget): Promise<Copy> {
  const [newest] = await listBackups(settings.directory);
  const remote = await readCatalogue(target, copy, { stallMs: STALL_MS, signal });
  const found = remote.newest(newest);
  if (found !== null) return found;
  throw new BackupError(`There is no copy of this pool in ${describeTarget(target)}.`);
}

/** What the place of the restore leaves untried, in one sentence; null where it was a server of its own. */
export function leftUntried({ place }: Drill): string | null {
  return leftUnproven(place);
}

function since(begun: number): number {
  return Math.round(performance.now() - begun);
}
