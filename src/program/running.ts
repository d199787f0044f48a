/** How a stop treats a running backup: it lets the backup process continue by itself, or waits for its end. */
export type HowToStop = 'hand over' | 'wait';

/** The parts that a program has started, which it stops in reverse order. */
export class Running {
  private readonly stops: (() => unknown)[] = [];
  private how: HowToStop | null = null;

  get isStopping(): boolean {
    return this.how !== null;
  }

  get handsOver(): boolean {
    return this.how === 'hand over';
  }

  /** @param stop ends a part that was started just now; may be asynchronous */
  add(stop: () => unknown): void {
    this.stops.push(stop);
  }

  /** Stops every part, also after one that could not be stopped. @throws the first failure */
  async stop(how: HowToStop): Promise<void> {
    this.how = how;
    const failures: unknown[] = [];
    for (let stop = this.stops.pop(); stop !== undefined; stop = this.stops.pop()) {
      try {
        await stop();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
