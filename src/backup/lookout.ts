export interface LookoutOptions {
  /** Changes with every operation of the database, whoever committed it, and with every file that comes or goes here. */
  state: () => Promise<string>;
  /** What has no backup here, and whether one runs, here or elsewhere. */
  status: () => Promise<{ pendingOperations: number; running: boolean }>;
  /** Whether this server has one run. */
  runsHere: () => boolean;
  /** Asks for a backup; must return at once. */
  request: () => void;
  /** Tells the others what there is here. */
  tell?: () => Promise<void>;
  everyMs?: number;
  courtesyMs?: number;
}

/** Every server has an eye on what the others commit this often. */
const EVERY_MS = 2_000;
/** Whoever committed it asks first; where all share a disk, that is enough. For longer than this, nobody waits for it. */
const COURTESY_MS = 10_000;

/**
 * Notices operations that other servers on the same database have committed, and backups that somebody removed, and asks
 * for a backup where none of the files here holds what there is: each server answers for the disk that it writes to.
 */
export class Lookout {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private covered: string | null = null;
  private pendingSince: number | null = null;

  constructor(private readonly options: LookoutOptions) {
    this.schedule();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      // A database that is away has nothing to tell, and what fails for another reason is told by the backup.
      void this.look()
        .catch(() => undefined)
        .then(() => {
          this.schedule();
        });
    }, this.options.everyMs ?? EVERY_MS);
    this.timer.unref();
  }

  private async look(): Promise<void> {
    // It is told again at the next look; an account that may not make the table for it still has its backups.
    await this.options.tell?.().catch(() => undefined);
    const state = await this.options.state();
    if (state === this.covered) return;
    const { pendingOperations, running } = await this.options.status();
    if (pendingOperations === 0) {
      this.covered = state;
      this.pendingSince = null;
      return;
    }
    this.pendingSince ??= performance.now();
    const { courtesyMs = COURTESY_MS, runsHere } = this.options;
    const isOverlooked = performance.now() - this.pendingSince > courtesyMs && !runsHere();
    if ((!running || isOverlooked) && !this.stopped) this.options.request();
  }
}
