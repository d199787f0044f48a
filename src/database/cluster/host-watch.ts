import type { DatabaseHost } from '../connection/address';

const INTERVAL_MS = 1_000;

/**
 * Knows which of several database hosts answer, by asking them while nobody waits: the one that is used, those before
 * it that it stands in for, and those that failed.
 */
export class HostWatch {
  /** How often each has failed in a row. */
  private readonly failures = new Map<DatabaseHost, number>();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly hosts: readonly DatabaseHost[],
    /** Rejects where the host cannot be used now; must come to an end. */
    private readonly probe: (host: DatabaseHost) => Promise<void>,
    /** Called for a host that failed several times in a row, so that requests that wait for it can fail. */
    private readonly onDead: (host: DatabaseHost) => void,
  ) {
    this.schedule();
  }

  /** Those that answer in the order of preference, then those that did not. */
  order(): DatabaseHost[] {
    const answers = this.hosts.filter((host) => !this.failures.has(host));
    return [...answers, ...this.hosts.filter((host) => this.failures.has(host))];
  }

  /** It could not be connected to; it is used again once it answers. */
  leave(host: DatabaseHost): void {
    if (!this.failures.has(host)) this.failures.set(host, 1);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      void this.look().then(() => {
        this.schedule();
      });
    }, INTERVAL_MS);
    this.timer.unref();
  }

  private async look(): Promise<void> {
    const [used] = this.order();
    const worthAsking = this.hosts.filter((host) => host === used || this.failures.has(host));
    await Promise.all(
      worthAsking.map(async (host) => {
        try {
          await this.probe(host);
          this.failures.delete(host);
        } catch {
          const failures = (this.failures.get(host) ?? 0) + 1;
          this.failures.set(host, failures);
          // Once may be a moment's overload.
          if (failures > 1 && !this.stopped) this.onDead(host);
        }
      }),
    );
  }
}
