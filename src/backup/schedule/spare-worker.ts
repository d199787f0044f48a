import { WorkerProcess } from './worker-process';

/**
 * Keeps one process waiting for work. Most of the time from a commit to its backup went by while Node.js started and
 * loaded the program: 281 of 376 ms for a small pool (bench/README.md).
 */
export class SpareWorker {
  private spare: WorkerProcess | null = null;
  private isKept = false;

  /**
   * @param command the program, and its arguments
   * @param what it makes, for messages
   */
  constructor(
    private readonly command: readonly string[],
    private readonly what: string,
  ) {}

  /** From now on `refill` starts a spare. */
  keep(): void {
    this.isKept = true;
  }

  /** Starts a spare where one is to be kept and none is. Call it while no process works: its start takes CPU time. */
  refill(): void {
    if (!this.isKept || this.spare?.isAlive === true) return;
    this.spare = new WorkerProcess(this.command, this.what);
    void this.spare.start();
  }

  /** The process that waits, or one that is not started yet. */
  take(): WorkerProcess {
    const { spare } = this;
    this.spare = null;
    return spare?.isAlive === true ? spare : new WorkerProcess(this.command, this.what);
  }

  /** Ends the process that waits and starts no other. */
  async dismiss(): Promise<void> {
    this.isKept = false;
    const { spare } = this;
    this.spare = null;
    await spare?.kill();
  }
}
