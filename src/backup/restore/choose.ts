import path from 'node:path';
import { backupNames, type Backup } from '../catalogue';
import { BackupError, reasonOf } from '../errors';
import { inspectFile } from '../inspect';
import type { OperationMark } from '../ledger';
import { choosePoint } from './choose-point';
import type { RestoreContext } from './context';
import type { LiveState } from './live-state';
import type { LogPlace } from './position';

/** What is asked for. `operation`: the state right after it. `before`: the state right before it. */
export type RestoreSource =
  | {
      kind: 'file';
      file: string;
      /** What people call it, where that is not its path. */
      shown?: string;
    }
  | { kind: 'latest' }
  | { kind: 'operation' | 'before'; number: number };

/** How to bring about what is asked for. The file was read whole and is what it was written as. */
export interface Choice {
  backup: Backup;
  replay: Replay | null;
  /** What the reader of the plan must know, in sentences. */
  notes: string[];
}

/** What to apply to the restored file, out of the server's binary log. */
export interface Replay {
  from: LogPlace;
  end: LogPlace;
  transactions: number;
  last: OperationMark;
}

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

async function chooseLatest({ settings }: RestoreContext, live: LiveState): Promise<Choice> {
  const { backups, current, readable } = live;
  const [newest] = backups;
  const ours = readable ? backups.filter(({ filename }) => current.has(filename)) : backups;
  // A safety backup may hold the very damage that somebody wants to undo.
  const plain = ours.find(({ safety }) => safety !== true);
  const safety = ours.find((backup) => backup.safety === true);
  const wanted =
    plain === undefined || (readable && (safety?.lastOperation.number ?? 0) > plain.lastOperation.number)
      ? safety
      : plain;
  const backup = wanted ?? (live.empty ? newest : undefined);
  if (backup === undefined) {
    throw new BackupError(
      newest === undefined
        ? `There is no backup in ${settings.directory}: name the file to restore.`
        : `No backup in ${settings.directory} belongs to today's history: name the file to restore, such as ${newest.path}.`,
    );
  }
  const notes = (await unlistedSince(settings.directory, live)).map(
    (name) => `${name} is newer, but no complete backup.`,
  );
  try {
    return { backup: await inspectFile(backup.path), replay: null, notes };
  } catch (error) {
    const next = ours.find((other) => other.filename < backup.filename && other.safety !== true);
    const remedy = next === undefined ? '' : ` The one before it is ${next.path}.`;
    throw new BackupError(`${reasonOf(error)}.${remedy}`, { cause: error });
  }
}

/** The names of files newer than every complete backup. */
async function unlistedSince(directory: string, { backups: [newest] }: LiveState): Promise<string[]> {
  const names = await backupNames(directory);
  return names.filter((name) => name > path.basename(newest?.path ?? '')).sort();
}
