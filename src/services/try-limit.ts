import { RateLimiterMemory } from 'rate-limiter-flexible';
import { Refusal } from './errors';

interface Undecided {
  running: number;
  waiting: (() => void)[];
}

/**
 * Limits wrong tries within a window, for each key by itself. Never more tries of a key run at once than may still
 * turn out wrong, so that many at once cannot slip past the limit; right ones cost nothing.
 */
export class TryLimit {
  private readonly wrong: RateLimiterMemory;
  private readonly undecided = new Map<string, Undecided>();
  private decisions = 0;

  constructor(options: { wrongTries: number; windowSeconds: number }) {
    this.wrong = new RateLimiterMemory({ points: options.wrongTries, duration: options.windowSeconds });
  }

  /**
   * Runs a try, once others of that key have left room for it; null says that it was wrong.
   * @throws Refusal RATE_LIMITED, with `retryAfterSeconds`
   */
  async run<T>(key: string, attempt: () => Promise<T | null>): Promise<T | null> {
    await this.enter(key);
    try {
      const result = await attempt();
      if (result === null) await this.wrong.penalty(key);
      return result;
    } finally {
      this.leave(key);
    }
  }

  private async enter(key: string): Promise<void> {
    for (;;) {
      const seen = this.decisions;
      const left = await this.left(key);
      if (seen !== this.decisions) continue;
      const others = this.undecided.get(key);
      if (others === undefined || others.running < left) {
        this.undecided.set(key, { running: (others?.running ?? 0) + 1, waiting: others?.waiting ?? [] });
        return;
      }
      await new Promise<void>((resolve) => others.waiting.push(resolve));
    }
  }

  private leave(key: string): void {
    this.decisions += 1;
    const { running = 1, waiting = [] } = this.undecided.get(key) ?? {};
    if (running === 1) this.undecided.delete(key);
    else this.undecided.set(key, { running: running - 1, waiting: [] });
    for (const resolve of waiting) resolve();
  }

  /** How many wrong tries there may still be; more than none. */
  private async left(key: string): Promise<number> {
    const tries = await this.wrong.get(key);
    if (tries === null || tries.msBeforeNext <= 0) return this.wrong.points;
    const left = this.wrong.points - tries.consumedPoints;
    if (left > 0) return left;
    throw tooMany('wrong tries', tries.msBeforeNext);
  }
}

export function tooMany(what: string, msBeforeNext: number): Refusal {
  const retryAfterSeconds = Math.ceil(msBeforeNext / 1000);
  return new Refusal('RATE_LIMITED', `Too many ${what}: try again in ${retryAfterSeconds} seconds.`, {
    retryAfterSeconds,
  });
}
