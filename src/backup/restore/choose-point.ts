import type { Backup } from '../catalogue';
import { BackupError, reasonOf } from '../errors';
import { inspectFile } from '../inspect';
import type { Choice, RestoreSource } from './choose';
import type { RestoreContext } from './context';
import type { LiveState } from './live-state';
import { isInBinaryLog, snapshotPlace } from './position';
import { findReach, NotReachable, type ReplayTarget } from './reach';

type Point = Extract<RestoreSource, { number: number }>;

/** How many backups to try to begin a replay at. */
const MAX_TRIES = 5;

/**
 * The state right after or right before an operation: a file that is just that, or the nearest earlier one and what
 * the binary log says came after it.
 */
export async function choosePoint(context: RestoreContext, live: LiveState, point: Point): Promise<Choice> {
  const target = await targetOf(context, live, point);
  const usable = live.backups.filter(({ filename, safety }) =>
    live.readable ? live.current.has(filename) : safety !== true,
  );
  const wanted = target.side === 'through' ? target.number : target.number - 1;
  const exact = usable.filter(({ lastOperation }) => lastOperation.number === wanted);
  // The one nearest to the moment that is asked for.
  const file = target.side === 'through' ? exact.at(-1) : exact[0];
  const reasons: string[] = [];
  const bases = usable
    .filter(({ lastOperation }) => lastOperation.number < target.number)
    .sort((a, b) => b.lastOperation.number - a.lastOperation.number || (a.filename < b.filename ? 1 : -1));
  for (const base of bases.slice(0, MAX_TRIES)) {
    try {
      return await replayFrom(context, base, target, file);
    } catch (error) {
      if (context.signal?.aborted === true) throw error;
      reasons.push(`${base.filename}: ${reasonOf(error)}`);
    }
  }
  if (file !== undefined) {
    const notes = [
      `Between operation ${wanted} and this file's moment, other changes may have been made: they are in it.`,
    ];
    return { backup: await inspectFile(file.path), replay: null, notes };
  }
  throw unreachable(target, usable, reasons[0]);
}

async function targetOf({ ledger, session }: RestoreContext, live: LiveState, point: Point): Promise<ReplayTarget> {
  const { number } = point;
  const side = point.kind === 'operation' ? 'through' : 'before';
  if (!live.readable) return { number, uid: null, side };
  if (number > live.newest.number) {
    const beyond = live.backups.find(
      ({ filename, lastOperation }) => !live.current.has(filename) && lastOperation.number >= number,
    );
    const newest = live.newest.number === 0 ? 'there is none yet' : `the newest is ${live.newest.number}`;
    const hint =
      beyond === undefined
        ? ''
        : ` A backup of an abandoned history goes up to ${beyond.lastOperation.number}: name it to restore it, ${beyond.path}.`;
    throw new BackupError(`There is no operation ${number} in today's history: ${newest}.${hint}`);
  }
  const [entry] = await ledger.journal(session.query, number, number);
  return { number, uid: entry?.uid ?? null, side };
}

/** @throws BackupError, NotReachable with the reason why not */
async function replayFrom(
  context: RestoreContext,
  base: Backup,
  target: ReplayTarget,
  file: Backup | undefined,
): Promise<Choice> {
  const backup = await inspectFile(base.path);
  const from = await snapshotPlace(backup);
  if (from === null) throw new NotReachable('the file does not tell its place in a binary log');
  if (!(await isInBinaryLog(context.session.query, from))) {
    throw new NotReachable(`the server's binary log no longer reaches back to it, or is another server's`);
  }
  const filePlace = file === undefined || target.side === 'before' ? null : await snapshotPlace(file);
  const reach = await findReach({
    ...context,
    from,
    last: backup.lastOperation,
    lastIsExact: backup.verifiedAt !== null,
    target,
    ...(filePlace === null ? {} : { lookOnTo: filePlace }),
  });
  if (file !== undefined && filePlace !== null && !reach.changedAfter) {
    const sound = await inspectFile(file.path).catch(() => null);
    if (sound !== null) return { backup: sound, replay: null, notes: [] };
  }
  const { end, transactions, last } = reach;
  return { backup, replay: end === null ? null : { from, end, transactions, last }, notes: [] };
}

function unreachable({ number, side }: ReplayTarget, usable: readonly Backup[], reason?: string): BackupError {
  const wanted = side === 'through' ? number : number - 1;
  const marks = usable.map(({ lastOperation }) => lastOperation.number);
  const below = Math.max(...marks.filter((mark) => mark < wanted));
  const above = Math.min(...marks.filter((mark) => mark > wanted));
  const near = [below, above]
    .filter(Number.isFinite)
    .map(
      (mark) => `operation ${mark} (${usable.find(({ lastOperation }) => lastOperation.number === mark)?.path ?? ''})`,
    );
  const what = `The state right ${side === 'through' ? 'after' : 'before'} operation ${number} cannot be had`;
  const why = reason === undefined ? 'there is no backup from before it' : reason;
  const offer = near.length === 0 ? '' : ` The nearest that can be: the states after ${near.join(' and ')}.`;
  return new BackupError(`${what}: ${why}.${offer}`);
}
