import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { listBackups, type Backup } from '../../src/backup/files/catalogue';

const EVERY_MS = 20;

/** Looks at the folder of the backups all the time: what is seen there at any moment must be whole. */
export class Watcher {
  /** When each operation was first seen in a backup, in milliseconds, by number. */
  readonly covered = new Map<number, number>();
  /** What must never be seen. */
  readonly offences = new Set<string>();
  private coveredThrough = 0;
  private readonly stopped = new AbortController();
  private readonly looking: Promise<void>;

  constructor(
    private readonly directory: string,
    private readonly keep: number,
  ) {
    this.looking = this.look();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.looking;
  }

  private async look(): Promise<void> {
    let before: Backup[] = [];
    while (!this.stopped.signal.aborted) {
      const names = this.names();
      const backups = await listBackups(this.directory);
      const after = new Set(this.names());
      const whole = new Set(backups.map(({ filename }) => filename));
      // Rotation may take one away while we read.
      for (const name of names) {
        if (after.has(name) && !whole.has(name)) this.offences.add(`${name} lies there and is no complete backup`);
      }
      this.lookForMissing(before, after);
      this.note(backups);
      before = backups;
      await pause(EVERY_MS, undefined, { signal: this.stopped.signal }).catch(() => undefined);
    }
  }

  /** A backup goes only where `keep` newer ones stand. */
  private lookForMissing(before: readonly Backup[], present: ReadonlySet<string>): void {
    const gone = before.filter(({ filename }) => !present.has(filename));
    if (gone.length === 0) return;
    // Read anew: what made them go may have come while the folder was read.
    const names = this.names();
    for (const { filename } of gone) {
      const newer = names.filter((other) => other > filename).length;
      if (newer < this.keep) this.offences.add(`${filename} went, though ${newer} are newer`);
    }
  }

  private note(backups: readonly Backup[]): void {
    const through = Math.max(0, ...backups.map(({ lastOperation }) => lastOperation.number));
    for (; this.coveredThrough < through; this.coveredThrough++) this.covered.set(this.coveredThrough + 1, Date.now());
  }

  private names(): string[] {
    try {
      return readdirSync(this.directory);
    } catch {
      return [];
    }
  }
}
