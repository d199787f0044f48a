import { BackupError, reasonOf } from '../../core/errors';
import { inspectFile } from '../../files/checksum';
import { isGood } from '../../files/coverage';
import { isExact, type Judged } from '../../files/proofs';
import type { Choice, RestoreSource } from './choice';
import type { RestoreContext } from '../common/context';
import { historyOf, type History } from './timelines';
import type { LiveState } from './live-state';
import { segmentsTo } from '../../segments/reach';
import { isInBinaryLog, snapshotPlace } from '../../binlog/binlog-position';
import { findReach, NotReachable, type ReplayTarget } from '../../binlog/binlog-search';

type Point = Extract<RestoreSource, { number: number }>;

/** How many backups to try to begin a replay at. */
const MAX_TRIES = 5;

/**
 * The state right after or right before an operation: a file that is just that, or the nearest earlier one and what
 * the binary log says came after it.
 */
export async function choosePoint(context: RestoreContext, live: LiveState, point: Point): Promise<Choice> {
  if (live.readable && point.number > live.newest.number) throw beyond(live, point.number);
  const history = await historyOf(context, live);
  const target = await targetOf(context, live, history, point);
  const wanted = target.side === 'through' ? target.number : target.number - 1;
  const notes = live.readable ? [] : [...history.notes, ...otherNotes(history, wanted)];
  const reasons: string[] = [];
  // What a proof could not restore is the last choice.
  for (const isTried of [isGood, (backup: Judged) => !isGood(backup)]) {
    const files = history.files.filter(isTried);
    const choice = await chooseFrom(context, { ...history, files }, target, reasons);
    if (choice !== null) return { ...choice, notes: [...notes, ...choice.notes] };
  }
  throw unreachable(target, history.files, [reasons[0] ?? 'no backup from before it leads there', ...notes]);
}

/** Out of the files of that history; null where none leads there, with the reasons why not. */
async function chooseFrom(
  context: RestoreContext,
  history: History,
  target: ReplayTarget,
  reasons: string[],
): Promise<Choice | null> {
  const wanted = target.side === 'through' ? target.number : target.number - 1;
  const exact = history.files.filter(({ lastOperation }) => lastOperation.number === wanted);
  // The one nearest to the moment that is asked for.
  const file = target.side === 'through' ? exact.at(-1) : exact[0];
  for (const base of basesOf(history, target)) {
    const choice = await segmentsFrom(context, base, target);
    if (choice !== null) return choice;
  }
  for (const base of basesOf(history, target).slice(0, MAX_TRIES)) {
    try {
      return await replayFrom(context, base, target, file);
    } catch (error) {
      if (context.signal?.aborted === true) throw error;
      reasons.push(`${base.filename}: ${reasonOf(error)}`);
    }
  }
  if (file === undefined) return null;
  const note = `Between operation ${wanted} and this file's moment, other changes may have been made: they are in it.`;
  return { backup: await inspectFile(file.path), replay: null, notes: [note] };
}

function beyond(live: LiveState, number: number): BackupError {
  const abandoned = live.backups.find(
    ({ filename, lastOperation }) => !live.current.has(filename) && lastOperation.number >= number,
  );
  const newest = live.newest.number === 0 ? 'there is none yet' : `the newest is ${live.newest.number}`;
  const hint =
    abandoned === undefined
      ? ''
      : ` A backup of an abandoned history goes up to ${abandoned.lastOperation.number}: name it to restore it, ${abandoned.path}.`;
  return new BackupError(`There is no operation ${number} in today's history: ${newest}.${hint}`);
}

async function targetOf(
  { ledger, session }: RestoreContext,
  live: LiveState,
  { uids }: History,
  { number, kind }: Point,
): Promise<ReplayTarget> {
  const side = kind === 'operation' ? 'through' : 'before';
  if (!live.readable) return { number, uids, side };
  const [entry] = await ledger.journal(session.query, number, number);
  return { number, uids: new Map(entry === undefined ? [] : [[number, entry.uid]]), side };
}

/** Where a replay up to that operation may begin, the nearest first. */
function basesOf({ files, newest }: History, { number, uids }: ReplayTarget): Judged[] {
  const bases = files
    // A safety backup is made after its restore: what the binary log has after it belongs to another timeline.
    .filter(({ lastOperation, safety }) => lastOperation.number < number && safety !== true)
    .sort((a, b) => b.lastOperation.number - a.lastOperation.number || (a.filename < b.filename ? 1 : -1));
  // An operation that nothing tells of may be one that was undone, unless the newest backup leads to it.
  return uids.has(number) ? bases : bases.slice(0, 1).filter(({ lastOperation }) => lastOperation.number === newest);
}

/** Where the live database does not tell: an operation of that number, or more, that were undone before. */
function otherNotes({ others, uids }: History, number: number): string[] {
  // A safety backup may be damaged.
  const plainFirst = [...others].sort((a, b) => Number(a.safety === true) - Number(b.safety === true));
  const other =
    plainFirst.find(({ lastOperation }) => lastOperation.number === number && lastOperation.uid !== uids.get(number)) ??
    plainFirst.find(({ lastOperation }) => lastOperation.number > number);
  if (other === undefined || number === 0) return [];
  const { path, lastOperation } = other;
  return lastOperation.number === number
    ? [`Another operation ${number} was undone before: ${path} ends with it, and is restored by its name.`]
    : [`Operations up to ${lastOperation.number} of an abandoned history are in ${path}, restored by its name.`];
}

const DEFINITIONS_OF_FILE =
  'Views, triggers, routines or events changed after this file. The binary log does not restore them: you get those of ' +
  'the file.';

/** What was stored needs neither the server's log nor a right on it, and is there on another machine too. */
async function segmentsFrom(
  { settings, signal }: RestoreContext,
  base: Judged,
  { number, side, uids }: ReplayTarget,
): Promise<Choice | null> {
  try {
    const replay = await segmentsTo(settings, base, { number, side, uid: uids.get(number) });
    return replay === null ? null : { backup: await inspectFile(base.path), replay, notes: [] };
  } catch (error) {
    if (signal?.aborted === true) throw error;
    // The log of the server may lead there.
    return null;
  }
}

/** @throws BackupError, NotReachable with the reason why not */
async function replayFrom(
  context: RestoreContext,
  base: Judged,
  target: ReplayTarget,
  file: Judged | undefined,
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
    last: base.lastOperation,
    lastIsExact: isExact(base),
    target,
    ...(filePlace === null ? {} : { lookOnTo: filePlace }),
  });
  const isSame = file?.lastOperation.uid === reach.last.uid;
  if (file !== undefined && filePlace !== null && isSame && !reach.changedAfter) {
    const sound = await inspectFile(file.path).catch(() => null);
    if (sound !== null) return { backup: sound, replay: null, notes: [] };
  }
  const { end, transactions, last, definitionsChanged } = reach;
  const notes = definitionsChanged ? [DEFINITIONS_OF_FILE] : [];
  return { backup, replay: end === null ? null : { from, end, transactions, last }, notes };
}

function unreachable(
  { number, side }: ReplayTarget,
  usable: readonly Judged[],
  [reason = '', ...notes]: readonly string[],
): BackupError {
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
  const offer = near.length === 0 ? '' : ` The nearest that can be: the states after ${near.join(' and ')}.`;
  return new BackupError([`${what}: ${reason}.${offer}`, ...notes].join(' '));
}
