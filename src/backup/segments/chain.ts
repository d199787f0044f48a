import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { snapshotPlace } from '../binlog/binlog-position';
import type { BackupSettings } from '../core/settings';
import type { Backup } from '../files/catalogue';
import type { StoredBeyond } from '../files/coverage';
import type { LogPlace } from './decode/transaction';
import { readSegment, type Segment } from './segment';
import { baseOfSegment, comparePlaces } from './segment-name';

/** A base and the segments that lead on from it, each from where the one before ends. */
export interface Chain {
  base: Backup;
  /** Where in the log the base's moment lies. */
  start: LogPlace;
  segments: readonly Segment[];
}

/** The last place that is stored. */
export function endOf({ start, segments }: Chain): LogPlace {
  return segments.at(-1)?.to ?? start;
}

/** The bytes of a chain's segments. */
export function bytesOf({ segments }: Chain): number {
  return segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** The names of the segments' files, in the order of the log; none where the folder cannot be read. */
async function segmentNames(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => baseOfSegment(name) !== null).sort();
}

/**
 * What surely leads on from that base: the segments that are whole, name it by its hash, and follow each other without a
 * gap, by place and by hash. What lies behind a gap is not counted.
 * @returns null where the base does not tell its place in a log, or cannot be read
 */
export async function readChain(
  { logDirectory }: Pick<BackupSettings, 'logDirectory'>,
  base: Backup,
): Promise<Chain | null> {
  const place = await snapshotPlace(base).catch(() => null);
  if (place === null) return null;
  const start = { file: place.log, offset: place.position, gtid: place.gtid };
  const names = (await segmentNames(logDirectory)).filter((name) => baseOfSegment(name) === base.filename);
  const found: Segment[] = [];
  for (const name of names) {
    const segment = await readOnce(path.join(logDirectory, name));
    if (segment?.base.sha256 === base.sha256) found.push(segment);
  }
  return { base, start, segments: follow(start, found) };
}

function follow(start: LogPlace, found: readonly Segment[]): Segment[] {
  const chain: Segment[] = [];
  for (;;) {
    const end = chain.at(-1)?.to ?? start;
    const before = chain.at(-1)?.sha256 ?? null;
    const next = found.filter(({ from, before: named }) => named === before && isSame(from, end));
    // Two only where two processes wrote at once: the one that was gone on from.
    const chosen = next.find(({ sha256 }) => found.some((segment) => segment.before === sha256)) ?? next.at(-1);
    if (chosen === undefined) return chain;
    chain.push(chosen);
  }
}

function isSame(a: LogPlace, b: LogPlace): boolean {
  return a.file === b.file && comparePlaces(a, b) === 0;
}

/** The log tells of a commit a moment before the database shows it: so the ends before the last are told as well. */
const LAST_ENDS = 3;

/** What each of these bases leads on to, where it does: its segments' last ends, the newest first. */
export async function storedBeyond(
  settings: Pick<BackupSettings, 'logDirectory'>,
  backups: readonly Backup[],
): Promise<StoredBeyond[]> {
  const withSegments = new Set((await segmentNames(settings.logDirectory)).map(baseOfSegment));
  const beyond: StoredBeyond[] = [];
  for (const base of backups.filter(({ filename }) => withSegments.has(filename))) {
    const { segments = [] } = (await readChain(settings, base)) ?? {};
    for (let count = segments.length; count > Math.max(0, segments.length - LAST_ENDS); count -= 1) {
      const part = segments.slice(0, count);
      beyond.push({
        filename: base.filename,
        lastOperation: part.findLast((segment) => segment.lastOperation !== null)?.lastOperation ?? null,
        lastChange: part.findLast((segment) => segment.lastChange !== null)?.lastChange ?? null,
      });
    }
  }
  return beyond;
}

/** The newest of these backups that has segments: what commits now is stored from it on. null where none has any. */
export async function followedBase(
  { logDirectory }: Pick<BackupSettings, 'logDirectory'>,
  backups: readonly Pick<Backup, 'filename'>[],
): Promise<string | null> {
  const names = new Set(backups.map(({ filename }) => filename));
  const bases = (await segmentNames(logDirectory)).map(baseOfSegment);
  return bases.findLast((base) => base !== null && names.has(base)) ?? null;
}

/** A segment never changes once it has its name, so each is read once, unless the file was touched since. */
const known = new Map<string, { print: string; segment: Segment | null }>();

async function readOnce(file: string): Promise<Segment | null> {
  const found = await stat(file).catch(() => null);
  if (found === null) {
    known.delete(file);
    return null;
  }
  const print = `${found.ino} ${found.size} ${found.ctimeMs}`;
  const before = known.get(file);
  if (before?.print === print) return before.segment;
  const segment = await readSegment(file);
  known.set(file, { print, segment });
  return segment;
}
