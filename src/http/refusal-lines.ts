import type { Logger } from 'pino';

/** Lines of one address in one window; further ones are counted. */
const MOST_LINES = 30;
const WINDOW_MS = 60_000;
/** Addresses in one window; further ones share one count. */
const MOST_ADDRESSES = 1_000;
const OTHERS = 'further addresses';

/**
 * The lines of refusals in the audit trail, at every LOG_LEVEL: an attack must neither go unseen nor fill the disk. Beyond 30 a
 * minute those of an address are counted and told in one line at the end of the minute.
 */
export class RefusalLines {
  private readonly log: Logger;
  private readonly counts = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;

  constructor(log: Logger) {
    this.log = log.child({}, { level: 'trace' });
    this.timer = setInterval(() => {
      this.sumUp();
    }, WINDOW_MS).unref();
  }

  tell(address: string, line: object, message: string): void {
    const key = this.counts.has(address) || this.counts.size < MOST_ADDRESSES ? address : OTHERS;
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    if (count <= MOST_LINES) this.log.warn(line, message);
  }

  /** Tells what was counted, and stops. */
  close(): void {
    clearInterval(this.timer);
    this.sumUp();
  }

  private sumUp(): void {
    for (const [address, count] of this.counts) {
      const more = count - MOST_LINES;
      if (more <= 0) continue;
      const audit = { action: 'refusals', actor: null, role: null, input: {}, outcome: 'SUMMED_UP', count: more };
      this.log.warn({ audit, address }, `${more} more refusals in a minute`);
    }
    this.counts.clear();
  }
}
