import { reasonOf } from './errors';
import type { BackupLog } from './log';
import type { BackupTrigger } from './manifest';
import type { Patience } from './patience';
import type { BackupRequest } from './run-backup';
import { WorkerProcess, type WorkerEnding } from './worker-process';
import { failureReport, type WorkerReport } from './worker-report';

export interface RequesterOptions {
  /** The program of the backup process, and its arguments. */
  command: readonly string[];
  /** What the backup process reads from its standard input, to its end. */
  input: (request: BackupRequest) => string;
  log: BackupLog;
  /** What the process makes, for messages; "backup" where it is left out. */
  what?: string;
  /** Told how each backup process ended. */
  onOutcome?: (report: WorkerReport) => void;
  pauses?: Pauses;
  patience?: Patience;
}

/** Between a failure and the next try: doubling from the first to the longest, give or take a quarter. */
export interface Pauses {
  firstMs: number;
  longestMs: number;
  /** From 0 to 1. */
  random?: () => number;
}

/**
 * Starting a process stops this one for some milliseconds: the answer to whoever asked goes out before that, and those
 * who come at the same time share the backup.
 */
const ANSWER_FIRST_MS = 25;

/** What a process gets to end by itself. */
const END_MS = 10_000;

const PAUSES: Pauses = { firstMs: 1_000, longestMs: 5 * 60_000 };

/**
 * What a server holds: asks for backups in processes of their own, one at a time. However many requests come while
 * one runs, one more follows it; what failed is tried again with growing pauses.
 */
export class BackupRequester {
  private wanted: BackupRequest | null = null;
  private worker: WorkerProcess | null = null;
  private retry: NodeJS.Timeout | undefined;
  private failures = 0;
  private failure: string | null = null;
  private stopped = false;
  private overdue: NodeJS.Timeout | undefined;
  private isOverdue = false;
  private waiters: (() => void)[] = [];

  private readonly what: string;

  constructor(private readonly options: RequesterOptions) {
    this.what = options.what ?? 'backup';
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

  /** Returns at once and never throws. After `stop` it does nothing: the next start finds what is missing. */
  request(trigger: BackupTrigger, { force = false }: { force?: boolean } = {}): void {
    if (this.stopped) return;
    this.wanted = merge(this.wanted, { trigger, force });
    if (this.worker !== null) return;
    // While failures last, the next try comes at its time, however many operations commit; a person need not wait.
    if (this.retry !== undefined && trigger === 'OPERATION') return;
    this.start();
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
  stop(): Promise<void> {
    this.stopped = true;
    this.cancelRetry();
    if (this.isOverdue) this.giveUp();
    return this.idle();
  }

  /** The same, but asks a process that is not done after `graceMs` to end. Only where the next start makes up for it. */
  async stopWithin(graceMs: number): Promise<void> {
    const timer = setTimeout(() => {
      this.wanted = null;
      this.worker?.end();
    }, graceMs);
    await this.stop();
    clearTimeout(timer);
  }

  private start(): void {
    if (this.wanted === null) return;
    this.cancelRetry();
    const worker = new WorkerProcess(this.what);
    this.worker = worker;
    this.watch(worker);
    if (this.waiters.length > 0) worker.hold();
    setTimeout(() => {
      // All that were asked for until now.
      const request = merge(this.wanted, null);
      this.wanted = null;
      void worker
        .run(this.options.command, () => this.options.input(request))
        .then((ending) => {
          this.settle(request, ending);
        });
    }, ANSWER_FIRST_MS);
  }

  private settle(request: BackupRequest, { report, reported }: WorkerEnding): void {
    this.worker = null;
    this.isOverdue = false;
    clearTimeout(this.overdue);
    this.failure = report.problem;
    if (report.problem === null) {
      this.failures = 0;
      // Others may commit for ever, and each server answers for itself when it starts again.
      if ((report.pending ?? 0) > 0 && !this.stopped) this.wanted = merge(this.wanted, null);
      this.start();
    } else {
      // A process that could report its failure has also logged it.
      if (!reported) this.options.log.error(report.problem);
      this.wanted = merge(request, this.wanted);
      this.failures += 1;
      if (!this.stopped) this.pauseAndRetry();
    }
    this.tell(report);
    if (this.running) return;
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

  private watch(worker: WorkerProcess): void {
    const { patience } = this.options;
    if (patience === undefined) return;
    const begun = performance.now();
    const look = async (): Promise<void> => {
      const allowedMs = await patience.allowedMs().catch(() => 0);
      if (this.worker !== worker) return;
      const takenMs = performance.now() - begun;
      if (takenMs < allowedMs) this.overdue = setTimeout(() => void look(), allowedMs - takenMs).unref();
      else this.tellOverdue(takenMs);
    };
    this.overdue = setTimeout(() => void look(), patience.leastMs).unref();
  }

  private tellOverdue(takenMs: number): void {
    this.isOverdue = true;
    this.failure =
      `The ${this.what} that runs has not ended after ${Math.round(takenMs / 60_000)} minutes: see whether the disk and ` +
      `the database server answer.`;
    this.options.log.error(this.failure);
    this.tell(failureReport(this.failure));
    if (this.stopped) this.giveUp();
  }

  /** No stop waits for what may hang; the next start makes up for it. */
  private giveUp(): void {
    const { worker } = this;
    worker?.end();
    setTimeout(() => worker?.kill(), END_MS).unref();
  }

  private pauseAndRetry(): void {
    const { firstMs, longestMs, random = Math.random } = this.options.pauses ?? PAUSES;
    const pause = Math.min(longestMs, firstMs * 2 ** (this.failures - 1)) * (0.75 + random() / 2);
    this.options.log.warn(
      `The ${this.what} is tried again in ${(pause / 1000).toFixed(1)} s (${this.failures} failed): ${this.failure ?? ''}`,
    );
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.start();
    }, pause);
    this.retry.unref();
  }

  private cancelRetry(): void {
    clearTimeout(this.retry);
    this.retry = undefined;
  }
}

/** One backup that serves both. */
function merge(first: BackupRequest | null, second: BackupRequest | null): BackupRequest {
  const both = [first, second].filter((request) => request !== null);
  const [chosen = { trigger: 'OPERATION', force: false }] = [...both.filter(({ force }) => force), ...both];
  return { trigger: chosen.trigger, force: chosen.force };
}
