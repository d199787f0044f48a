import { timeOfFilename } from '../files/filename';
import type { LogPlace } from './decode/transaction';

const PATTERN = /^db_log-(\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d)-\d{10}\.\d{12}-\d{10}\.\d{12}\.sql$/;
const UNFINISHED = /^\.db_log-[0-9a-f]{12}$/;

/**
 * The name of the log segment that leads on from a base, from one place in the log to another: the base's time, and the
 * number of the log's file and the place in it, filled up with zeros. Names sort as the segments follow each other.
 * @param base the base's file name
 */
export function segmentFilename(base: string, from: LogPlace, to: LogPlace): string {
  return `db_log-${timePart(base)}-${placePart(from)}-${placePart(to)}.sql`;
}

/** The name of the base that a segment leads on from; null where that is no segment's name. */
export function baseOfSegment(filename: string): string | null {
  const time = PATTERN.exec(filename)?.[1];
  const base = `db_backup-${time ?? ''}.sql`;
  return timeOfFilename(base) === null ? null : base;
}

/** Whether a segment bears that name while it is written. */
export function isUnfinishedSegment(filename: string): boolean {
  return UNFINISHED.test(filename);
}

/** Negative where the first place of one server's log comes first. */
export function comparePlaces(a: LogPlace, b: LogPlace): number {
  return numberOf(a.file) - numberOf(b.file) || a.offset - b.offset;
}

function timePart(base: string): string {
  return base.slice('db_backup-'.length, -'.sql'.length);
}

function placePart({ file, offset }: LogPlace): string {
  return `${String(numberOf(file)).padStart(10, '0')}.${String(offset).padStart(12, '0')}`;
}

function numberOf(file: string): number {
  return Number(/\.(\d+)$/.exec(file)?.[1] ?? 0);
}
