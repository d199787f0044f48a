import { Refusal } from './errors';
import { RETRY_FOR_MS } from './retry';
import { TurnNeverCame, Turns } from './turns';

/** As many as there may be other requests: each holds memory while it waits. */
const MOST_WAITING = 160;

/**
 * Puts what needs the pool's row in line before it takes a connection. The row lets one through at a time anyway: those
 * who waited for it in the database held all connections, and nobody could read.
 */
export class OperationQueue {
  private readonly turns = new Turns(() => 1);

  /** @param retryForMs for so long one waits for its turn and is tried again, both together */
  constructor(private readonly retryForMs = RETRY_FOR_MS) {}

  /** How many wait for their turn. */
  get waiting(): number {
    return this.turns.waiting;
  }

  /** Calls it each time that one more has to wait. */
  onWaiting(listener: () => void): void {
    this.turns.onWaiting(listener);
  }

  /**
   * @param work is told how many milliseconds are left for retries
   * @throws Refusal SERVICE_UNAVAILABLE where too many wait, or its turn did not come in time: it was not begun then
   */
  async run<T>(work: (leftMs: number) => Promise<T>): Promise<T> {
    if (this.waiting >= MOST_WAITING) throw unavailable();
    const { retryForMs } = this;
    return this.turns
      .take((waitedMs) => work(Math.max(0, retryForMs - waitedMs)), retryForMs)
      .catch((error: unknown) => {
        throw error instanceof TurnNeverCame ? unavailable() : error;
      });
  }
}

const unavailable = (): Refusal =>
  new Refusal(
    'SERVICE_UNAVAILABLE',
    'Too many operations wait for their turn: nothing was changed, and you may try again later.',
  );
