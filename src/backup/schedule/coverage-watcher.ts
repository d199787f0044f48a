interface Waiting {
  pendingOperations: number;
  running: boolean;
  lacksProof?: boolean;
  /** Changes that no file here holds: they may wait for further ones. */
  pendingChanges?: number;
  /** They may no longer. */
  areChangesDue?: boolean;
}

export interface CoverageWatcherOptions {
  /** Changes with every operation in the database, of other servers too, and with every file that comes or goes here. */
  state: () => Promise<string>;
  /** How many operations have no backup here, and whether a backup runs, here or elsewhere. */
  status: () => Promise<Waiting>;
  /** Whether this server runs a backup. */
  runsHere: () => boolean;
  /** Asks for a backup; must return at once. @param fresh the state is another than when it was asked last */
  request: (fresh: boolean, trigger: 'OPERATION' | 'CHANGE') => void;
  /** Asks for a proof of the newest backup; must return at once. */
  prove?: () => void;
  /** Tells the other servers which backups lie here. */
  tell?: () => Promise<void>;
  everyMs?: number;
  graceMs?: number;
}

const EVERY_MS = 2_000;
/** The server that committed an operation starts its backup. If none covers it here within this time, this server does. */
const GRACE_MS = 10_000;

/**
 * Finds operations that other servers committed, changes that are no operations, and backups that somebody removed, and
 * asks for a backup where no file here holds the newest operation, or a change has waited long enough: each server is
 * responsible for its own disk.
 */
export class CoverageWatcher {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private covered: string | null = null;
  private pendingSince: number | null = null;
  private requested: string | null = null;

  constructor(private readonly options: CoverageWatcherOptions) {
    this.schedule();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Looks at the backups again although no file came or went: one may be damaged. */
  lookAgain(): void {
    this.covered = null;
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      // While the database is away there is nothing to find; any other failure, the backup meets and reports as well.
      void this.look()
        .catch(() => undefined)
        .then(() => {
          this.schedule();
        });
    }, this.options.everyMs ?? EVERY_MS);
    this.timer.unref();
  }

  private async look(): Promise<void> {
    // A failure costs nothing: the next look tells again, and an account without the right to make the table has backups.
    await this.options.tell?.().catch(() => undefined);
    const state = await this.options.state();
    if (state === this.covered) return;
    const status = await this.options.status();
    const { pendingOperations, running, lacksProof = false, pendingChanges = 0, areChangesDue = false } = status;
    if (lacksProof && !this.stopped) this.options.prove?.();
    if (pendingOperations === 0 && !areChangesDue) {
      // Asks again at the next look; the prover pauses between its tries.
      this.covered = lacksProof || pendingChanges > 0 ? null : state;
      this.pendingSince = null;
      return;
    }
    this.pendingSince ??= performance.now();
    const { graceMs = GRACE_MS, runsHere } = this.options;
    const isOverlooked = performance.now() - this.pendingSince > graceMs && !runsHere();
    if ((running && !isOverlooked) || this.stopped) return;
    this.options.request(state !== this.requested, pendingOperations > 0 ? 'OPERATION' : 'CHANGE');
    this.requested = state;
  }
}
