import { readFile } from 'node:fs/promises';
import { BackupError } from '../core/errors';
import type { OperationMark } from '../core/ledger';
import type { BackupSettings } from '../core/settings';
import { mayBeOfPool } from '../files/catalogue';
import { isGood } from '../files/coverage';
import { listLabelled, newestIn, type Judged } from '../files/proofs';
import { endOf, readChain, type Chain } from './chain';
import { readSegment, transactionsIn, type Segment, type TransactionPart } from './segment';
import { comparePlaces } from './segment-name';

type Folder = Pick<BackupSettings, 'logDirectory'>;

/** What to apply to a restored base: segments, the last of them up to a place in its SQL. */
export interface SegmentReach {
  segments: readonly Segment[];
  /** In bytes; null: the last one is applied whole. */
  cutAt: number | null;
  transactions: number;
  /** The newest operation that they bring. */
  last: OperationMark;
}

interface SegmentTarget {
  number: number;
  /** Which operation that is, where it is known: numbers are given out again. */
  uid: string | undefined;
  side: 'through' | 'before';
}

/** The way from a base to right after an operation, or to right before it; null where its segments do not lead there. */
export async function segmentsTo(settings: Folder, base: Judged, target: SegmentTarget): Promise<SegmentReach | null> {
  const { segments = [] } = (await readChain(settings, base)) ?? {};
  const at = segments.findIndex(({ lastOperation }) => (lastOperation?.number ?? 0) >= target.number);
  const segment = segments[at];
  if (segment === undefined) return null;
  const sql = await sqlOf(segment);
  const parts = transactionsIn(sql);
  const found = parts.findIndex((part) => isIt(part, target));
  if (found === -1) return null;
  const end = target.side === 'through' ? found + 1 : found;
  const transactions = end + segments.slice(0, at).reduce((sum, each) => sum + each.transactions, 0);
  if (transactions === 0) return null;
  const last = lastOf([...parts.slice(0, end)].reverse()) ?? lastOperationOf(segments.slice(0, at)) ?? newestIn(base);
  if (target.side === 'before' && last.number !== target.number - 1) return null;
  return {
    segments: segments.slice(0, end === 0 ? at : at + 1),
    cutAt: end === 0 || end === parts.length ? null : (parts[end]?.begin ?? null),
    transactions,
    last,
  };
}

/** A transaction can hold several operations: between two of them there is no state. */
function isIt({ operations }: TransactionPart, { number, uid, side }: SegmentTarget): boolean {
  const mark = side === 'through' ? operations?.last : operations?.first;
  return mark?.number === number && (uid === undefined || mark.uid === uid);
}

function lastOf(newestFirst: readonly TransactionPart[]): OperationMark | null {
  return newestFirst.find(({ operations }) => operations !== null)?.operations?.last ?? null;
}

function lastOperationOf(segments: readonly Segment[]): OperationMark | null {
  return segments.findLast(({ lastOperation }) => lastOperation !== null)?.lastOperation ?? null;
}

/**
 * The newest state that segments lead to: from that backup on, or from an older one whose segments go beyond it; null
 * where none do.
 * @param older of the same history, newest first
 */
export async function newestSegments(
  settings: Folder,
  newest: Judged,
  older: readonly Judged[],
): Promise<{ base: Judged; reach: SegmentReach } | null> {
  const own = await readChain(settings, newest);
  if (own !== null && own.segments.length > 0) return { base: newest, reach: wholeOf(newest, own) };
  for (const base of older) {
    const chain = await readChain(settings, base);
    if (chain !== null && chain.segments.length > 0) {
      return goesBeyond(chain, newest, own) ? { base, reach: wholeOf(base, chain) } : null;
    }
  }
  return null;
}

/**
 * The paths of the newest state that is stored: a base, and the segments that lead on from it, in the order in which a client
 * takes them. By the files alone; none where there is no backup.
 * @throws BackupError where their folder cannot be read
 */
export async function newestFiles(settings: BackupSettings): Promise<string[]> {
  const all = await listLabelled(settings);
  const [newest, ...files] = all.filter((file) => isGood(file) && file.safety !== true);
  if (newest === undefined) return [];
  const older = files.filter((file) => mayBeOfPool(file, newest.pool ?? null));
  const beyond = await newestSegments(settings, newest, older);
  return beyond === null ? [newest.path] : [beyond.base, ...beyond.reach.segments].map((file) => file.path);
}

function wholeOf(base: Judged, { segments }: Chain): SegmentReach {
  const transactions = segments.reduce((sum, each) => sum + each.transactions, 0);
  return { segments, cutAt: null, transactions, last: lastOperationOf(segments) ?? newestIn(base) };
}

/** By place, and by time: a log that was begun again gives lower places. MariaDB's log knows whole seconds. */
function goesBeyond(chain: Chain, newer: Judged, own: Chain | null): boolean {
  const last = Date.parse(chain.segments.at(-1)?.committedAt ?? '');
  const isLater = last >= Math.floor(newer.startedAt.getTime() / 1000) * 1000;
  return isLater && (own === null || comparePlaces(endOf(chain), own.start) > 0);
}

/**
 * The SQL of a segment, without its manifest.
 * @throws BackupError where it changed since it was found whole
 */
export async function sqlOf({ path, sqlBytes, sha256 }: Segment): Promise<Buffer> {
  const found = await readSegment(path);
  if (found?.sha256 !== sha256) throw new BackupError(`The log segment ${path} was removed or changed meanwhile.`);
  return (await readFile(path)).subarray(0, sqlBytes);
}
