import { reasonOf } from '../core/errors';
import type { BackupLog } from '../core/log';
import type { BackupStatus } from './backup-service';

const TIMEOUT_MS = 10_000;
/** How often it checks whether what was committed is by now where it must be. */
const LOOK_MS = 2_000;
/** A receiver that did not answer is asked again so soon, or after the interval where that is shorter. */
const AGAIN_MS = 10_000;

export interface HeartbeatOptions {
  /** May hold a secret: it is never told. */
  url: string;
  /** In ms. */
  everyMs: number;
  log: BackupLog;
  status: () => Promise<BackupStatus>;
  /** Whether a backup that holds so much of today's history is off-site; always where no copies are kept. */
  isOffsite: (mark: Pick<BackupStatus, 'lastOperation' | 'lastChange'>) => Promise<boolean>;
}

type Sign = 'well' | 'trouble';

/** What was there when the interval began. */
type Mark = Pick<BackupStatus, 'lastOperation' | 'lastChange'>;

/**
 * Asks a web address once in each interval in which everything that was committed at its beginning came to be stored, proven
 * and off-site; the address for failures where something is wrong; and nobody otherwise, so that silence is the alarm for a
 * machine that is gone.
 */
export class Heartbeat {
  private readonly timer: NodeJS.Timeout;
  private readonly stopping = new AbortController();
  private mark: Mark | null = null;
  private dueAt = -Infinity;
  private looking: Promise<void> | null = null;
  /** It is told once that nobody answers, and once that somebody does again. */
  private isUnanswered = false;

  constructor(private readonly options: HeartbeatOptions) {
    const look = (): void => {
      this.looking ??= this.look().finally(() => {
        this.looking = null;
      });
    };
    this.timer = setInterval(look, Math.min(LOOK_MS, options.everyMs / 4)).unref();
    look();
  }

  /** Asks nobody any more. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort();
    await this.looking;
  }

  private async look(): Promise<void> {
    if (performance.now() < this.dueAt) return;
    const begun = performance.now();
    const sign = await this.sign();
    if (sign === null || this.stopping.signal.aborted) return;
    const { everyMs } = this.options;
    const isAnswered = await this.ask(sign);
    this.dueAt = begun + (isAnswered ? everyMs : Math.min(everyMs, AGAIN_MS));
    this.mark = null;
  }

  /** Null while it cannot be told. */
  private async sign(): Promise<Sign | null> {
    // A database that does not answer is trouble.
    const status = await this.options.status().catch(() => null);
    if (status?.healthy !== true) return 'trouble';
    // A restore gives numbers out again: what is no longer there is waited for in vain.
    if (this.mark === null || isBehind(status, this.mark)) this.mark = status;
    return isDone(status, this.mark) && (await this.isOffsite(this.mark)) ? 'well' : null;
  }

  private isOffsite({ lastOperation, lastChange }: Mark): Promise<boolean> {
    // A target that does not answer is told by the copies themselves.
    return this.options.isOffsite({ lastOperation, lastChange }).catch(() => false);
  }

  private async ask(sign: Sign): Promise<boolean> {
    const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), this.stopping.signal]);
    let problem: string | null = null;
    try {
      const { address, headers } = requestOf(this.options.url, sign);
      const response = await fetch(address, { signal, headers });
      await response.body?.cancel();
      if (!response.ok) problem = `it answered with ${response.status}`;
    } catch (error) {
      if (this.stopping.signal.aborted) return false;
      const { cause } = error as Error;
      problem = reasonOf(cause ?? error);
    }
    this.tell(problem);
    return problem === null;
  }

  private tell(problem: string | null): void {
    const { log } = this.options;
    if (problem !== null && !this.isUnanswered) {
      log.warn(`HEARTBEAT_URL does not take the sign of life (${problem}): it is asked again until it does.`);
    }
    if (problem === null && this.isUnanswered) log.info('HEARTBEAT_URL takes the sign of life again.');
    this.isUnanswered = problem !== null;
  }
}

function isBehind(status: Mark, { lastOperation, lastChange }: Mark): boolean {
  return status.lastOperation < lastOperation || status.lastChange < lastChange;
}

/** Whether what was committed then is stored and proven, whatever has been committed since. */
function isDone(status: BackupStatus, { lastOperation, lastChange }: Mark): boolean {
  if (status.coveredThrough < lastOperation || status.changesStoredThrough < lastChange) return false;
  if (status.verify === 'checksum') return true;
  // Known findings leave a backup UNSOUND: with the newest one judged, nothing waits for its proof.
  return !status.isProofDue || (status.provenThrough >= lastOperation && status.changesProvenThrough >= lastChange);
}

/** The address with "/fail" after its path; or, where it has a "status" in its query, with "down" there. */
function requestOf(text: string, sign: Sign): { address: string; headers: Record<string, string> } {
  const url = new URL(text);
  const [user, password] = [url.username, url.password].map(decodeURIComponent);
  const signIn = Buffer.from(`${user ?? ''}:${password ?? ''}`).toString('base64');
  const headers: Record<string, string> = {
    'user-agent': 'motorpool',
    ...(url.username === '' && url.password === '' ? {} : { authorization: `Basic ${signIn}` }),
  };
  // fetch() refuses an address with a user in it.
  url.username = '';
  url.password = '';
  if (sign === 'trouble') {
    if (url.searchParams.has('status')) url.searchParams.set('status', 'down');
    else url.pathname = `${url.pathname.replace(/\/$/, '')}/fail`;
  }
  return { address: url.href, headers };
}
