import type { Query } from '../../database/connection/query';
import type { Ledger } from '../core/ledger';
import type { Coverage } from '../files/coverage';

/** How often what is no operation may put off its backup by further changes. */
const TIMES_THE_TIME = 6;

/** How the changes stand that no backup contains yet. */
interface WaitingChanges {
  /** How many there are; those that are operations included. */
  pending: number;
  /** They are to be backed up now: none came for half of the time, or the first has waited for the longest one. */
  areDue: boolean;
  /** They wait for longer than they may, in one sentence. */
  problem: string | null;
}

/**
 * What is no operation is backed up within `withinMs` after the last change of a burst, and within six times of that after
 * its first. Half of the time is left for the backup itself. All is derived from rows and files, so a server that dies
 * forgets nothing, and any other one makes up for it.
 */
export async function waitingChanges(
  { newestChange, changesStoredThrough, missedChanges }: Coverage,
  { ledger, query, withinMs, graceMs }: { ledger: Ledger; query: Query; withinMs: number; graceMs: number },
): Promise<WaitingChanges> {
  const pending = newestChange.number - changesStoredThrough;
  const beyond = pending === 0 ? null : await ledger.changesBeyond(query, changesStoredThrough);
  if (beyond === null) return { pending, areDue: false, problem: null };
  const longestMs = TIMES_THE_TIME * withinMs;
  // A clock that was set back must not make them wait for it.
  const age = (at: Date): number => Math.abs(Date.now() - at.getTime());
  const isQuiet = age(beyond.last) >= withinMs / 2 || age(beyond.first) >= longestMs - withinMs / 2;
  return {
    pending,
    areDue: missedChanges > 0 && isQuiet,
    problem: age(beyond.first) < longestMs + graceMs ? null : missing(changesStoredThrough + 1, newestChange.number),
  };
}

function missing(first: number, last: number): string {
  return first === last ? `Change ${first} is in no backup yet.` : `Changes ${first} to ${last} are in no backup yet.`;
}
