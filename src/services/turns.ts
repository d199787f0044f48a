interface Waiting {
  since: number;
  begin: () => void;
}

/** Thrown by `Turns.take`: the wait was too long, and the work was not started. */
export class TurnNeverCame extends Error {
  override readonly name = 'TurnNeverCame';
}

/** Lets so many pieces of work run at a time; the others wait in the order in which they came. */
export class Turns {
  private running = 0;
  private readonly queue: Waiting[] = [];
  private readonly whenOver: (() => void)[] = [];
  private readonly whenWaiting: (() => void)[] = [];

  /** @param atOnce how many may run; where that grows by itself, `admit` must be called */
  constructor(private readonly atOnce: () => number) {}

  /** How many wait. */
  get waiting(): number {
    return this.queue.length;
  }

  /** For how long the first of those who wait has waited, in milliseconds; 0 where nobody waits. */
  get longestWaitMs(): number {
    const [first] = this.queue;
    return first === undefined ? 0 : performance.now() - first.since;
  }

  /** Calls it each time that one more has to wait. */
  onWaiting(listener: () => void): void {
    this.whenWaiting.push(listener);
  }

  /** Begins those that wait, as far as there is room by now. */
  admit(): void {
    while (this.running < this.atOnce()) {
      const next = this.queue.shift();
      if (next === undefined) return;
      this.running += 1;
      next.begin();
    }
  }

  /** Waits until nothing runs or waits. */
  async over(): Promise<void> {
    if (this.running > 0) await new Promise<void>((resolve) => this.whenOver.push(resolve));
  }

  /**
   * @param work is told for how many milliseconds it has waited
   * @param mostMs it waits for so many milliseconds at most
   * @throws TurnNeverCame after them
   */
  async take<T>(work: (waitedMs: number) => Promise<T>, mostMs?: number): Promise<T> {
    const since = performance.now();
    if (this.running < this.atOnce()) this.running += 1;
    else await this.wait(since, mostMs);
    try {
      return await work(performance.now() - since);
    } finally {
      this.running -= 1;
      // At once, so that nobody who comes now goes before those who wait.
      this.admit();
      if (this.running === 0) for (const tell of this.whenOver.splice(0)) tell();
    }
  }

  private wait(since: number, mostMs: number | undefined): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const waiting = { since, begin: resolve };
      this.queue.push(waiting);
      if (mostMs !== undefined) {
        const timer = setTimeout(() => {
          this.queue.splice(this.queue.indexOf(waiting), 1);
          reject(new TurnNeverCame());
        }, mostMs);
        waiting.begin = () => {
          clearTimeout(timer);
          resolve();
        };
      }
      for (const tell of this.whenWaiting) tell();
    });
  }
}
