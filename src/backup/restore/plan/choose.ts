import path from 'node:path';
import { backupNames } from '../../files/catalogue';
import { BackupError, reasonOf } from '../../core/errors';
import { contains } from '../../core/ledger';
import { inspectFile } from '../../files/checksum';
import { isGood } from '../../files/coverage';
import type { Judged } from '../../files/proofs';
import { newestSegments, type SegmentReach } from '../../segments/reach';
import { choosePoint } from './choose-point';
import type { RestoreContext } from '../common/context';
import { historyOf } from './timelines';
import type { LiveState } from './live-state';
import type { Choice, RestoreSource } from './choice';

/**
 * Finds the file, and what to replay after it.
 * @throws BackupError saying what cannot be had, and the nearest that can
 */
export async function choose(context: RestoreContext, live: LiveState, source: RestoreSource): Promise<Choice> {
  switch (source.kind) {
    case 'file':
      return { backup: await inspectFile(source.file), replay: null, notes: [] };
    case 'latest':
      return chooseLatest(context, live);
    default:
      return choosePoint(context, live, source);
  }
}

async function chooseLatest(context: RestoreContext, live: LiveState): Promise<Choice> {
  const { directory } = context.settings;
  const { ahead } = live;
  const { files, others, notes } = await historyOf(context, live);
  // A safety backup may hold the very damage that somebody wants to undo.
  const plain = files.filter(({ safety }) => safety !== true);
  const backup = fullest(plain.filter(isGood)) ?? fullest(plain);
  if (backup === undefined) {
    const [newest] = live.backups;
    throw new BackupError(
      newest === undefined
        ? `There is no backup in ${directory}: name the file to restore.`
        : `No backup in ${directory} belongs to today's history: name the file to restore, such as ${newest.path}.`,
    );
  }
  const { number } = backup.lastOperation;
  if (ahead !== null && number === 0) {
    throw new BackupError(
      `The live database holds no operation, but the newest backup, ${ahead.path}, holds operations up to ` +
        `${ahead.lastOperation.number}: name the file to restore, that one or ${backup.path}.`,
    );
  }
  if (ahead !== null) {
    notes.push(`${ahead.path} is newer: it holds operations up to ${ahead.lastOperation.number} of another history.`);
  }
  const undone = fullest(others);
  if (!live.readable && undone !== undefined && undone.lastOperation.number > number) {
    notes.push(`Operations up to ${undone.lastOperation.number} of an abandoned history are in ${undone.path}.`);
  }
  const safety = fullest(files.filter((file) => file.safety === true));
  if (safety !== undefined && safety.lastOperation.number > number) {
    const { path: file, lastOperation } = safety;
    notes.push(`${file}, made before a restore and never checked, holds operations up to ${lastOperation.number}.`);
  }
  for (const { path: file, filename, proof } of isGood(backup) ? plain : []) {
    if (proof?.state !== 'DAMAGED' || filename < backup.filename) continue;
    notes.push(`${file} is newer, but a proof could not restore it: ${proof.problem ?? ''}`);
  }
  notes.push(...(await unlistedSince(directory, live)).map((name) => `${name} is newer, but no complete backup.`));
  try {
    const older = plain.filter((file) => isGood(file) && file.filename < backup.filename);
    const beyond = await newestSegments(context.settings, backup, older);
    if (beyond !== null && (await isOfHistory(context, live, beyond.reach))) {
      return { backup: await inspectFile(beyond.base.path), replay: beyond.reach, notes };
    }
    return { backup: await inspectFile(backup.path), replay: null, notes };
  } catch (error) {
    const next = fullest(plain.filter((other) => other !== backup));
    const remedy = next === undefined ? '' : ` The one before it is ${next.path}.`;
    throw new BackupError(`${reasonOf(error)}.${remedy}`, { cause: error });
  }
}

/** Where the live database does not tell, the folder is all that does. */
function isOfHistory({ ledger, session }: RestoreContext, live: LiveState, { last }: SegmentReach): Promise<boolean> {
  return live.readable ? contains(ledger, session.query, last) : Promise.resolve(true);
}

/** The backup with the most operations; of several the newest, which holds the most of all else. */
function fullest(newestFirst: readonly Judged[]): Judged | undefined {
  return newestFirst.reduce<Judged | undefined>(
    (best, backup) => (best !== undefined && best.lastOperation.number >= backup.lastOperation.number ? best : backup),
    undefined,
  );
}

/** The names of files newer than every complete backup. */
async function unlistedSince(directory: string, { backups: [newest] }: LiveState): Promise<string[]> {
  const names = await backupNames(directory);
  return names.filter((name) => name > path.basename(newest?.path ?? '')).sort();
}
