import { setTimeout as pause } from 'node:timers/promises';
import { reasonOf } from '../core/errors';
import { growingPause, type Pauses } from '../core/growing-pause';
import type { BackupLog } from '../core/log';
import { listBackups } from '../files/catalogue';
import type { BackupTrigger } from '../files/manifest';
import type { BackupRequest } from '../run/types';
import { SpareWorker } from './spare-worker';
import { type TimeLimit, timeLimit, watchTime } from './time-limit';
import type { WorkerEnding, WorkerProcess } from './worker-process';
import { failureReport, type WorkerReport } from './worker-report';

export interface SchedulerOptions {
  /** The program of the backup process, and its arguments. */
  command: readonly string[];
  /** What the backup process reads from its standard input, to its end. */
  input: (request: BackupRequest) => string;
  log: BackupLog;
  /** What the process makes, for messages; "backup" where it is left out. */
  what?: string;
  /** Told how each backup process ended. */
  onOutcome?: (report: WorkerReport) => void;
  /** Told of a failure that the process itself could not report, or has not yet. */
  onUnreported?: (problem: string) => void;
  pauses?: Pauses;
  hurriedMs?: number;
  timeLimit?: TimeLimit;
}

/**
 * Starting a process blocks the event loop for some milliseconds: the answer to the operation is sent before that, and
 * operations that commit at the same time share the backup.
 */
const ANSWER_FIRST_MS = 25;

/** A process that was started in advance only has to be told: what commits in this time shares its backup. */
const SHARE_MS = 2;

/** One that is handed over has begun by then, unless its database server does not answer. */
const BEGIN_MS = 5_000;

/** How long a process that was asked to end may take before it is killed. */
const END_MS = 10_000;

export const PAUSES: Pauses = { firstMs: 1_000, longestMs: 5 * 60_000 };
/** After a failure, a fresh commit makes the next try come by then; no more than one try in this time. */
export const HURRIED_MS = 5_000;

/** By how long the newest backup in the folder took. */
export function timeLimitForBackups(directory: string): TimeLimit {
  return timeLimit(async () => (await listBackups(directory)).slice(0, 1).map(({ durationMs }) => durationMs));
}

/**
 * Starts backups in processes of their own, one at a time. However many requests come while one runs, one more follows
 * it. After a failure the next try comes after a pause that grows with each failure; a fresh commit shortens it.
 */
export class BackupScheduler {
  private wanted: BackupRequest | null = null;
  private worker: WorkerProcess | null = null;
  private retry: { timer: NodeJS.Timeout; at: number } | null = null;
  /** Since the last try began, something was committed. */
  private fresh = false;
  private endedAt = -Infinity;
  private failures = 0;
  private failure: string | null = null;
  private stopped = false;
  private endWatch: () => void = () => undefined;
  private isOverdue = false;
  private waiters: (() => void)[] = [];

  private readonly what: string;
  private readonly spare: SpareWorker;

  constructor(private readonly options: SchedulerOptions) {
    this.what = options.what ?? 'backup';
    this.spare = new SpareWorker(options.command, this.what);
  }

  /** From now on a process waits in advance while none works, so that the next one begins at once. */
  keepReady(): void {
    if (this.stopped) return;
    this.spare.keep();
    if (!this.running) this.spare.refill();
  }

  /** Why the last try failed, in one sentence; null after a success. */
  get problem(): string | null {
    return this.failure;
  }

  /** Tries that failed since the last success. */
  get failuresInARow(): number {
    return this.failures;
  }

  /** Whether a backup process of ours runs or is about to. */
  get running(): boolean {
    return this.worker !== null;
  }

  /**
   * Returns at once and never throws. After `stop` and `handOver` it does nothing: the next start finds what is missing.
   * @param fresh something was committed just now: the next try after a failure comes within 5 s
   */
  request(trigger: BackupTrigger, { force = false, fresh = false }: { force?: boolean; fresh?: boolean } = {}): void {
    if (this.stopped) return;
    this.wanted = merge(this.wanted, { trigger, force });
    this.fresh ||= fresh;
    if (this.worker !== null) return;
    if (this.retry === null || trigger !== 'OPERATION') this.start();
    else if (fresh) this.hurry(this.retry.at);
  }

  /** Resolves once no backup process runs or is about to; a pause before the next try does not count. */
  idle(): Promise<void> {
    if (this.worker === null) return Promise.resolve();
    this.worker.hold();
    return new Promise((resolve) => {
      this.waiters.push(resolve);
    });
  }

  /** Tries nothing again, takes no more requests and waits until those taken are served. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancelRetry();
    if (this.isOverdue) this.giveUp();
    await Promise.all([this.idle(), this.spare.dismiss()]);
  }

  /** The same, but ends a process that is not done after `graceMs`. Only where the next start makes up for it. */
  async stopWithin(graceMs: number): Promise<void> {
    const timer = setTimeout(() => {
      this.wanted = null;
      this.giveUp();
    }, graceMs);
    await this.stop();
    clearTimeout(timer);
  }

  /**
   * Takes no more requests and leaves a backup process that runs to itself: it goes on without us until everything has
   * a backup. What was asked for while it ran gets one more process, which waits for the lock on backups. Resolves once
   * they have all begun, within seconds: an embedded database has been joined by then, and does not end between us and
   * them. A process that hangs is ended, since nobody would watch it.
   */
  async handOver(): Promise<void> {
    if (this.isOverdue) {
      await this.stop();
      return;
    }
    this.stopped = true;
    this.cancelRetry();
    this.endWatch();
    while (this.worker !== null) {
      const { worker } = this;
      worker.hold();
      await Promise.race([worker.hasItsOwn(), pause(BEGIN_MS, undefined, { ref: false })]);
      // It may have ended meanwhile, and the next one begun.
      if (this.worker !== worker) continue;
      worker.leave();
      this.worker = null;
      this.start();
    }
    await this.spare.dismiss();
  }

  private start(): void {
    if (this.wanted === null) return;
    this.cancelRetry();
    const worker = this.spare.take();
    this.worker = worker;
    if (this.options.timeLimit !== undefined) {
      this.endWatch = watchTime(this.options.timeLimit, (takenMs) => {
        this.tellOverdue(takenMs);
      });
    }
    if (this.waiters.length > 0) worker.hold();
    setTimeout(
      () => {
        // All that were asked for until now.
        const request = merge(this.wanted, null);
        this.wanted = null;
        this.fresh = false;
        void worker
          .run(() => this.options.input(request))
          .then((ending) => {
            if (this.worker === worker) this.settle(request, ending);
          });
      },
      worker.isStarted ? SHARE_MS : ANSWER_FIRST_MS,
    );
  }

  private settle(request: BackupRequest, { report, reported }: WorkerEnding): void {
    this.worker = null;
    this.endedAt = performance.now();
    this.isOverdue = false;
    this.endWatch();
    this.failure = report.problem;
    if (report.problem === null) {
      this.failures = 0;
      // Others may commit for ever, and each server answers for itself when it starts again.
      if ((report.pending ?? 0) > 0 && !this.stopped) this.wanted = merge(this.wanted, null);
      this.start();
    } else {
      // A process that could report its failure has also logged it.
      if (!reported) {
        this.options.log.error(report.problem);
        this.options.onUnreported?.(report.problem);
      }
      this.wanted = merge(request, this.wanted);
      this.failures += 1;
      if (!this.stopped) this.pauseAndRetry();
    }
    this.tell(report);
    if (this.running) return;
    this.spare.refill();
    for (const resolve of this.waiters.splice(0)) resolve();
  }

  /** A listener that fails must not cost a backup. */
  private tell(report: WorkerReport): void {
    try {
      this.options.onOutcome?.(report);
    } catch (error) {
      this.options.log.error(`The ${this.what}'s outcome could not be told: ${reasonOf(error)}.`);
    }
  }

  private tellOverdue(takenMs: number): void {
    this.isOverdue = true;
    this.failure =
      `The ${this.what} that runs has not ended after ${Math.round(takenMs / 60_000)} minutes: see whether the disk and ` +
      `the database server answer.`;
    this.options.log.error(this.failure);
    this.options.onUnreported?.(this.failure);
    this.tell(failureReport(this.failure));
    if (this.stopped) this.giveUp();
  }

  /** No stop waits for what may hang; the next start makes up for it. */
  private giveUp(): void {
    const { worker } = this;
    worker?.end();
    setTimeout(() => void worker?.kill(), END_MS).unref();
  }

  private pauseAndRetry(): void {
    const growing = growingPause(this.failures, this.options.pauses ?? PAUSES);
    const pause = this.fresh ? Math.min(growing, this.hurriedMs) : growing;
    this.options.log.warn(
      `The ${this.what} is tried again in ${(pause / 1000).toFixed(1)} s (${this.failures} failed): ${this.failure ?? ''}`,
    );
    this.retryIn(pause);
  }

  /** @param at when the next try would come otherwise, by `performance.now()` */
  private hurry(at: number): void {
    const soonest = Math.max(performance.now(), this.endedAt + this.hurriedMs);
    if (soonest < at) this.retryIn(soonest - performance.now());
  }

  private get hurriedMs(): number {
    return this.options.hurriedMs ?? HURRIED_MS;
  }

  private retryIn(pause: number): void {
    this.cancelRetry();
    const timer = setTimeout(() => {
      this.retry = null;
      this.start();
    }, pause).unref();
    this.retry = { timer, at: performance.now() + pause };
  }

  private cancelRetry(): void {
    clearTimeout(this.retry?.timer);
    this.retry = null;
  }
}

/** One backup that serves both. */
function merge(first: BackupRequest | null, second: BackupRequest | null): BackupRequest {
  const both = [first, second].filter((request) => request !== null);
  const [chosen = { trigger: 'OPERATION', force: false }] = [...both.filter(({ force }) => force), ...both];
  return { trigger: chosen.trigger, force: chosen.force };
}
