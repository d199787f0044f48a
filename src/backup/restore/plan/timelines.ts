import { mayBeOfPool, type Backup } from '../../files/catalogue';
import { inspectFile } from '../../files/checksum';
import type { Judged } from '../../files/proofs';
import type { RestoreContext } from '../common/context';
import { readDumpRows } from './dump-rows';
import type { LiveState } from './live-state';

/** The backups that hold a beginning of one and the same history. */
export interface History {
  /** Newest first. */
  files: readonly Judged[];
  /** The others of the pool, newest first. */
  others: readonly Judged[];
  /** The newest operation that is known of it; 0 for none. */
  newest: number;
  /** Which operations they are, by their numbers, as far as is known. */
  uids: ReadonlyMap<number, string>;
  /** What the reader of a plan must know, in sentences. */
  notes: string[];
}

/** Today's history; where the live database does not tell it, the newest that the backups tell of. */
export async function historyOf(context: RestoreContext, live: LiveState): Promise<History> {
  if (!live.readable) return newestHistory(context, live);
  const isCurrent = ({ filename }: Backup): boolean => live.current.has(filename);
  const ours = live.backups.filter((backup) => mayBeOfPool(backup, live.pool));
  const others = ours.filter((backup) => !isCurrent(backup));
  return { files: live.backups.filter(isCurrent), others, newest: live.newest.number, uids: new Map(), notes: [] };
}

/**
 * Each backup holds the whole journal, so the newest tells which of the others are of its history. No safety backup is
 * asked: it may hold the very damage.
 */
async function newestHistory({ ledger }: RestoreContext, live: LiveState): Promise<History> {
  const pool = live.pool ?? live.backups.find((backup) => backup.pool !== undefined)?.pool ?? null;
  const ours = live.backups.filter((backup) => mayBeOfPool(backup, pool));
  const uids = new Map<number, string>();
  const damaged: Backup[] = [];
  const torn = new Set<Backup>();
  for (const backup of ours.filter(({ safety }) => safety !== true)) {
    if ((await inspectFile(backup.path).catch(() => null)) === null) {
      damaged.push(backup);
      continue;
    }
    const rows = await readDumpRows(backup.path, backup.sqlBytes, ledger.dumpedTables);
    if (ledger.isWholeIn(rows)) {
      for (const { number, uid } of ledger.journalOf(rows)) uids.set(number, uid);
      break;
    }
    torn.add(backup);
  }
  for (const { lastOperation } of damaged.reverse()) goOnTo(uids, lastOperation);
  const isOfHistory = (backup: Backup): boolean => {
    const { number, uid } = backup.lastOperation;
    return backup.safety !== true && !torn.has(backup) && (uid === null || uids.get(number) === uid);
  };
  return {
    files: ours.filter(isOfHistory),
    others: ours.filter((backup) => !isOfHistory(backup)),
    newest: [...uids.keys()].reduce((most, number) => Math.max(most, number), 0),
    uids,
    notes: [...torn].map(({ path }) => `${path} is newer, but not all operations are in its journal.`),
  };
}

/** What a later backup says of itself: fewer operations were undone by a restore, others are of another history. */
function goOnTo(uids: Map<number, string>, { number, uid }: Backup['lastOperation']): void {
  const isOther = (uids.get(number) ?? uid) !== uid;
  for (const known of [...uids.keys()]) if (known > number || isOther) uids.delete(known);
  if (uid !== null) uids.set(number, uid);
}
