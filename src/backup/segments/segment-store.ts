import { randomBytes } from 'node:crypto';
import { mkdir, readdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { BackupError, isDiskFull } from '../core/errors';
import { syncDirectory } from '../files/fsync';
import { writeWhole } from '../files/write-whole';
import { endOf, type Chain } from './chain';
import type { MarkedTransaction } from './marks';
import { renderSegment, type Segment } from './segment';
import { baseOfSegment, isUnfinishedSegment, segmentFilename } from './segment-name';

/** A burst is joined up to so many bytes of SQL. */
const SEGMENT_BYTES = 4 * 2 ** 20;
/** So much may wait to be written; then the log waits. */
const WAITING_BYTES = 4 * SEGMENT_BYTES;

interface StoreOptions {
  /** Of the segments. */
  directory: string;
  chain: Chain;
  /** The fingerprint of the tables' columns. */
  shapes: string;
  database: string;
  /** Asked before each segment: of two that follow the log only one may write. */
  assertHeld: () => Promise<void>;
  onStored: (segment: Segment) => void;
  /** Told once; nothing more is written then. */
  onFailed: (error: BackupError) => void;
}

/**
 * Writes transactions into segments, each whole and synced before it has its name, in the order of their commits. What
 * commits while one is written shares the next.
 */
export class SegmentStore {
  private readonly waiting: MarkedTransaction[] = [];
  private waitingBytes = 0;
  private writing: Promise<void> = Promise.resolve();
  private isWriting = false;
  private failure: BackupError | null = null;
  private chain: Chain;

  constructor(private readonly options: StoreOptions) {
    this.chain = options.chain;
  }

  /** With what was stored since. */
  get stored(): Chain {
    return this.chain;
  }

  add(transaction: MarkedTransaction): void {
    this.waiting.push(transaction);
    this.waitingBytes += bytesOf(transaction);
    if (this.isWriting || this.failure !== null) return;
    this.isWriting = true;
    this.writing = this.writeAll();
  }

  /** Whether so much waits that no more should be read. */
  get isFull(): boolean {
    return this.waitingBytes > WAITING_BYTES;
  }

  /** Resolves once all that was added is stored, or cannot be. Never throws. */
  settled(): Promise<void> {
    return this.writing;
  }

  private async writeAll(): Promise<void> {
    try {
      while (this.waiting.length > 0) await this.write(this.take());
    } catch (error) {
      const { directory } = this.options;
      this.failure = isDiskFull(error)
        ? BackupError.diskFull(directory)
        : BackupError.from(error, `A log segment could not be written in ${directory}`);
      this.options.onFailed(this.failure);
    } finally {
      this.isWriting = false;
    }
  }

  /** The first that waits, and what follows it as far as it fits. */
  private take(): MarkedTransaction[] {
    let bytes = 0;
    const next = this.waiting.findIndex((transaction, i) => {
      bytes += bytesOf(transaction);
      return i > 0 && bytes > SEGMENT_BYTES;
    });
    const taken = this.waiting.splice(0, next === -1 ? this.waiting.length : next);
    for (const transaction of taken) this.waitingBytes -= bytesOf(transaction);
    return taken;
  }

  private async write(transactions: readonly MarkedTransaction[]): Promise<void> {
    const { directory, shapes, database, assertHeld, onStored } = this.options;
    const { base, segments } = this.chain;
    const { filename, sha256 } = base;
    const from = endOf(this.chain);
    const before = segments.at(-1)?.sha256 ?? null;
    const { text, manifest } = renderSegment(
      { base: { filename, sha256 }, before, from, shapes, database },
      transactions,
    );
    const name = segmentFilename(filename, from, manifest.to);
    await assertHeld();
    const unfinished = path.join(directory, `.db_log-${randomBytes(6).toString('hex')}`);
    await writeWhole(path.join(directory, name), unfinished, text);
    const segment = {
      ...manifest,
      filename: name,
      path: path.join(directory, name),
      sizeBytes: Buffer.byteLength(text),
    };
    this.chain = { ...this.chain, segments: [...segments, segment] };
    onStored(segment);
  }
}

function bytesOf({ statements }: MarkedTransaction): number {
  return statements.reduce((sum, { length }) => sum + length, 0);
}

/**
 * Makes the folder, and removes what a killed process left unfinished there, and what does not lead on from its base: a
 * torn segment, and what came after it. Only under the lock on the log.
 * @returns the names of what was removed
 */
export async function clearSegments(directory: string, chain: Chain): Promise<string[]> {
  const made = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (made !== undefined) await syncDirectory(path.dirname(made));
  const chained = new Set(chain.segments.map(({ filename }) => filename));
  const isLeft = (name: string): boolean =>
    isUnfinishedSegment(name) || (baseOfSegment(name) === chain.base.filename && !chained.has(name));
  return removeAll(directory, isLeft);
}

/**
 * Removes the segments of bases that somebody removed by hand. An empty folder may be one that is not mounted: then none.
 * @param present the names of the backups that there are
 * @returns their names
 */
export async function removeOrphans(directory: string, present: readonly string[]): Promise<string[]> {
  if (present.length === 0) return [];
  return removeAll(directory, (name) => {
    const base = baseOfSegment(name);
    return base !== null && !present.includes(base);
  });
}

/** Removes the segments of bases that are gone. @returns their names */
export function removeSegmentsOf(directory: string, bases: readonly string[]): Promise<string[]> {
  return removeAll(directory, (name) => bases.includes(baseOfSegment(name) ?? ''));
}

async function removeAll(directory: string, isDoomed: (name: string) => boolean): Promise<string[]> {
  const removed = (await readdir(directory).catch(() => [])).filter(isDoomed).sort().reverse();
  // The last first: what stays in a power cut is a chain still.
  for (const name of removed) await unlink(path.join(directory, name));
  if (removed.length > 0) await syncDirectory(directory);
  return removed;
}
