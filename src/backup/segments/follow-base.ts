import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientRun } from '../client/client-run';
import { BackupError, BackupStopped, reasonOf } from '../core/errors';
import type { Ledger } from '../core/ledger';
import type { BackupLog } from '../core/log';
import type { BackupSettings } from '../core/settings';
import type { BackupLock } from '../server/backup-lock';
import { readServer } from '../server/server-version';
import type { Session } from '../server/session';
import { lacksRight } from '../server/sql-rights';
import { recordBackup } from '../files/record';
import { workTag } from '../files/staging';
import { endOf, type Chain } from './chain';
import { decodeLog } from './decode/decode-log';
import { readShapes } from './decode/shapes';
import type { LogEntry, LoggedTransaction } from './decode/transaction';
import { isPlaceThere, startLogProgram } from './log-program';
import { markTransaction } from './marks';
import { renderSegment, type Segment } from './segment';
import { comparePlaces } from './segment-name';
import { clearSegments, SegmentStore } from './segment-store';

export interface FollowContext {
  settings: BackupSettings;
  ledger: Ledger;
  session: Session;
  lock: BackupLock;
  log: BackupLog;
  /** Aborted when an end is asked for. */
  stop: AbortSignal;
  /** Told of each segment, and what is stored by then. */
  onStored: (chain: Chain) => void;
}

/** How the following of one base came to its end. */
type FollowEnd =
  /** The log does not lead on; `reason` is one sentence. */
  | { kind: 'obstacle'; reason: string }
  /** The account may not read the log. */
  | { kind: 'denied' }
  /** It was asked to end. */
  | { kind: 'ended' };

/** MariaDB's program repeats what the server says without its number. */
const LACKS_RIGHT = /Access denied; you need/;
/** A stop waits so long for what is committed and not yet told, once the log is silent, and no longer than that. */
const SILENT_MS = 200;
const LONGEST_DRAIN_MS = 5_000;

/** Follows the log from one base on, and stores what commits, until something is in the way or an end is asked for. */
export class BaseFollower {
  private readonly ending = new AbortController();
  private end: FollowEnd | null = null;
  private failure: BackupError | null = null;
  private store: SegmentStore | null = null;
  private heardAt = performance.now();
  /** Read again, to be compared with the last segment; null once that is done. */
  private again: LoggedTransaction[] | null;
  private readonly last: Segment | null;
  /** The newest operation in the segments, or on its way there; null where there is none yet. */
  private newest: number | null;

  constructor(
    private readonly context: FollowContext,
    private readonly chain: Chain,
  ) {
    this.last = chain.segments.at(-1) ?? null;
    this.again = this.last === null ? null : [];
    this.newest = chain.segments.findLast(({ lastOperation }) => lastOperation !== null)?.lastOperation?.number ?? null;
  }

  /** What is stored from that base on. */
  get stored(): Chain {
    return this.store?.stored ?? this.chain;
  }

  /** Ends the following: another base takes over. */
  leave(): void {
    this.finish({ kind: 'ended' });
  }

  /** @throws BackupError where it failed for another reason than what the log holds, or was stopped */
  async run(): Promise<FollowEnd> {
    const { settings, session, lock, log, stop } = this.context;
    const { family } = await readServer(session.query);
    const { database } = session.address;
    const from = this.last?.from ?? this.chain.start;
    const cleared = await clearSegments(settings.logDirectory, this.chain);
    if (cleared.length > 0) log.warn(`Removed log segments that do not lead on: ${cleared.join(', ')}.`);
    if (!(await isPlaceThere(session.query, family, from))) return { kind: 'obstacle', reason: gone(from.file) };
    const shapes = await readShapes(session.query);
    this.store = this.openStore(shapes.fingerprint);
    const signal = AbortSignal.any([lock.lost, this.ending.signal]);
    const tag = workTag(`log of ${database}`);
    const { workDirectory } = settings;
    const run = await startLogProgram({ session, family, from, workDirectory, tag, signal });
    const drain = (): void => void this.drain();
    stop.addEventListener('abort', drain);
    if (stop.aborted) drain();
    try {
      run.stdin.end();
      log.info(`Follows the binary log from ${this.chain.base.filename} on, at ${from.file} ${from.offset}.`);
      await this.readAll(decodeLog(run.stdout, { database, shapes, family, startFile: from.file }));
      await this.store.settled();
      return await this.endOf(run);
    } catch (error) {
      await this.store.settled();
      return await this.endOf(run, error);
    } finally {
      stop.removeEventListener('abort', drain);
      await run.discard();
    }
  }

  private openStore(shapes: string): SegmentStore {
    const { settings, session, lock, log, onStored } = this.context;
    return new SegmentStore({
      directory: settings.logDirectory,
      chain: this.chain,
      shapes,
      database: session.address.database,
      assertHeld: () => lock.assertHeld(),
      onStored: (segment) => {
        log.debug(`Stored ${describe(segment)} in ${segment.filename}.`);
        if (segment.lastOperation !== null) void recordBackup(settings, 'stored', segment.lastOperation, new Date());
        onStored(this.stored);
      },
      onFailed: (error) => {
        this.failure = error;
        this.ending.abort(error);
      },
    });
  }

  private async readAll(entries: AsyncGenerator<LogEntry>): Promise<void> {
    for await (const entry of entries) {
      this.heardAt = performance.now();
      const reason = this.take(entry);
      if (reason !== null) {
        this.finish({ kind: 'obstacle', reason });
        return;
      }
      if (this.store?.isFull === true) await this.store.settled();
    }
  }

  /** @returns why the log does not lead on, in one sentence; null where it does */
  private take(entry: LogEntry): string | null {
    if (entry.kind === 'obstacle') return entry.reason;
    const { last, again } = this;
    if (last !== null && again !== null) {
      if (entry.kind === 'transaction' && comparePlaces(entry.to, last.to) <= 0) again.push(entry);
      if (comparePlaces(entry.to, last.to) < 0) return null;
      this.again = null;
      if (!this.isLast(last, again)) return `The binary log does not hold what ${last.filename} was made of.`;
      if (comparePlaces(entry.to, last.to) === 0) return null;
    }
    return entry.kind === 'transaction' ? this.add(entry) : null;
  }

  /** A log that was begun again can have the same file, place and even GTID: the bytes alone tell. */
  private isLast(last: Segment, transactions: readonly LoggedTransaction[]): boolean {
    const { base, before, from, database, shapes } = last;
    if (transactions.length === 0) return false;
    const marked = transactions.map((each) => markTransaction(each, this.context.ledger));
    return renderSegment({ base, before, from, shapes, database }, marked).manifest.sha256 === last.sha256;
  }

  private add(entry: LoggedTransaction): string | null {
    // A line tells where a transaction begins: no name may hold one.
    if (entry.statements.some((statement) => statement.includes('\n'))) {
      return `A name in ${entry.tables.join(', ')} holds the end of a line.`;
    }
    const marked = markTransaction(entry, this.context.ledger);
    const first = marked.operations?.first.number;
    const known = this.newest ?? this.chain.base.lastOperation.number;
    const follows = this.newest === null ? (first ?? 0) > known : first === known + 1;
    if (first !== undefined && !follows) {
      return `The binary log holds operation ${first} after operation ${known}.`;
    }
    if (marked.operations !== null) this.newest = marked.operations.last.number;
    this.store?.add(marked);
    return null;
  }

  private finish(end: FollowEnd): void {
    this.end ??= end;
    this.ending.abort(new BackupStopped('Following the binary log'));
  }

  /** What was committed before the end was asked for is stored still. */
  private async drain(): Promise<void> {
    const until = performance.now() + LONGEST_DRAIN_MS;
    this.heardAt = performance.now();
    while (performance.now() < until && performance.now() - this.heardAt < SILENT_MS) await sleep(SILENT_MS / 4);
    await this.store?.settled();
    this.finish({ kind: 'ended' });
  }

  private async endOf(run: ClientRun, error?: unknown): Promise<FollowEnd> {
    const { lock, stop, session } = this.context;
    if (lock.lost.aborted) throw lock.lost.reason as BackupError;
    if (this.failure !== null) throw this.failure;
    if (stop.aborted) throw new BackupStopped('Following the binary log');
    if (this.end !== null) return this.end;
    const failure = await run.succeeded('The binary log could not be followed').then(
      () => BackupError.from(error ?? new Error('the program ended'), 'The binary log could not be followed'),
      (reason: unknown) => reason,
    );
    if (lacksRight(failure) || LACKS_RIGHT.test(reasonOf(failure))) return { kind: 'denied' };
    const { family } = await readServer(session.query);
    const place = endOf(this.stored);
    if (await isPlaceThere(session.query, family, place)) throw failure;
    return { kind: 'obstacle', reason: `${gone(place.file)} (${reasonOf(failure)})` };
  }
}

function gone(file: string): string {
  return `The server no longer has its binary log ${file} from the place on that is stored: it was purged, or begun again.`;
}

function describe({ firstOperation, lastOperation, firstChange, lastChange, transactions }: Segment): string {
  const count = `${transactions} ${transactions === 1 ? 'transaction' : 'transactions'}`;
  const range = (what: string, first: { number: number } | null, last: { number: number } | null): string[] => {
    if (first === null || last === null) return [];
    return [first.number === last.number ? `${what} ${first.number}` : `${what}s ${first.number} to ${last.number}`];
  };
  const held = [...range('operation', firstOperation, lastOperation), ...range('change', firstChange, lastChange)];
  return held.length === 0 ? count : `${count} (${held.join(', ')})`;
}
