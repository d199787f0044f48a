interface Waiting {
  since: number;
  begin: () => void;
}

/** Lets so many pieces of work run at a time; the others wait in the order in which they came. */
export class Turns {
  private running = 0;
  private readonly queue: Waiting[] = [];
  private readonly whenOver: (() => void)[] = [];

  constructor(private readonly atOnce: number) {}

  /** How many wait. */
  get waiting(): number {
    return this.queue.length;
  }

  /** For how long the first of those who wait has waited, in milliseconds; 0 where nobody waits. */
  get longestWaitMs(): number {
    const [first] = this.queue;
    return first === undefined ? 0 : performance.now() - first.since;
  }

  /** Waits until nothing runs or waits. */
  async over(): Promise<void> {
    if (this.running > 0) await new Promise<void>((resolve) => this.whenOver.push(resolve));
  }

  /** @param work is told for how many milliseconds it has waited */
  async take<T>(work: (waitedMs: number) => Promise<T>): Promise<T> {
    const since = performance.now();
    if (this.running < this.atOnce) {
      this.running += 1;
    } else {
      // Whoever ends leaves the place to us, so that nobody comes in between.
      await new Promise<void>((begin) => this.queue.push({ since, begin }));
    }
    try {
      return await work(performance.now() - since);
    } finally {
      const next = this.queue.shift();
      if (next !== undefined) next.begin();
      else if (--this.running === 0) for (const tell of this.whenOver.splice(0)) tell();
    }
  }
}
