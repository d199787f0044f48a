import type { Backup } from '../catalogue';
import { expendable } from '../rotate';
import { checksumName, copyName, nameOfChecksum, parseCopyName, poolTag, stemOf, type CopyName } from './name';
import type { StoredFile } from './store';

/** After this long without a sign of life, what another server has begun is taken for dead. */
const DEAD_AFTER_MS = 24 * 60 * 60_000;

/** A copy that was read back and found to be what was written. */
export interface Copy extends CopyName {
  bytes: number;
}

/** What lies at a target, as its listing tells. Nothing of it is remembered anywhere: the target itself knows. */
export class Shelf {
  /** The complete copies, of whatever pool, newest first. */
  readonly copies: readonly Copy[];

  constructor(private readonly files: readonly StoredFile[]) {
    const names = new Set(files.map(({ name }) => name));
    this.copies = files
      .flatMap(({ name, bytes }) => {
        const parsed = parseCopyName(name);
        return parsed === null || !names.has(checksumName(name)) ? [] : [{ ...parsed, bytes }];
      })
      .sort((a, b) => (a.name < b.name ? 1 : -1));
  }

  /** The copy of that backup, encrypted or not; null where there is none. */
  find(backup: Backup): Copy | null {
    const stem = stemOf(copyName(backup, false));
    return this.copies.find(({ name }) => stemOf(name) === stem) ?? null;
  }

  /**
   * The backups that lack a copy, newest first: only those whose copy the next rotation would keep, as another server's
   * newer ones may have taken their place.
   * @param backups all there are here, newest first
   */
  missing(backups: readonly Backup[], keep: number): Backup[] {
    return backups.filter((backup) => {
      if (this.find(backup) !== null) return false;
      const name = parseCopyName(copyName(backup, false));
      if (name === null) return false;
      const all = [...this.ofPool(poolTag(backup)), ...backups.flatMap((other) => this.wouldBe(other, backup))];
      return !tooMany(all, keep, this.newestOf(backups, name.pool)).has(name.name);
    });
  }

  /**
   * What rotation may remove of those backups' pools: of each all beyond the `keep` newest, but never the newest
   * verified, nor the copy of the newest backup here.
   * @param backups all there are here, newest first
   */
  expendable(backups: readonly Backup[], keep: number): Copy[] {
    return [...new Set(backups.map(poolTag))].flatMap((pool) => {
      const copies = this.ofPool(pool);
      const doomed = tooMany(copies, keep, this.newestOf(backups, pool));
      return copies.filter(({ name }) => doomed.has(name));
    });
  }

  /** Halves of copies: those of our own backups, and others that nobody has touched for a day. */
  litter(backups: readonly Backup[], now: Date): string[] {
    const isDead = this.deadness(backups, now);
    const complete = new Set(this.copies.flatMap(({ name }) => [name, checksumName(name)]));
    return this.files
      .filter(({ name, changedAt }) => !complete.has(name) && isDead(name, changedAt))
      .map(({ name }) => name);
  }

  /** Whether somebody's unfinished work on that name may be cleared. Only for whoever holds the lock on our own copies. */
  deadness(backups: readonly Backup[], now: Date): (name: string, lastSign: Date) => boolean {
    const pools = new Set(backups.map(poolTag));
    const ours = new Set(backups.map((backup) => stemOf(copyName(backup, false))));
    return (name, lastSign) => {
      const copy = parseCopyName(nameOfChecksum(name) ?? name);
      if (copy === null || !pools.has(copy.pool)) return false;
      return ours.has(stemOf(copy.name)) || now.getTime() - lastSign.getTime() > DEAD_AFTER_MS;
    };
  }

  /** The name of the copy that the newest of these backups has, or would get. */
  private newestOf(backups: readonly Backup[], pool: string): string | null {
    const newest = backups.find((backup) => poolTag(backup) === pool);
    return newest === undefined ? null : (this.find(newest)?.name ?? copyName(newest, false));
  }

  private ofPool(pool: string): Copy[] {
    return this.copies.filter((copy) => copy.pool === pool);
  }

  /** The copy that a backup of the same pool lacks as well, as if it were there. */
  private wouldBe(other: Backup, backup: Backup): CopyName[] {
    if (poolTag(other) !== poolTag(backup) || this.find(other) !== null) return [];
    return [parseCopyName(copyName(other, false))].filter((name) => name !== null);
  }
}

/**
 * The names that rotation removes of these, but for the one that was `made` last here: others may bear later names by a
 * clock that was ahead.
 */
function tooMany(copies: readonly CopyName[], keep: number, made: string | null): Set<string> {
  const newestFirst = [...copies].sort((a, b) => (a.name < b.name ? 1 : -1));
  return new Set(
    expendable({
      backups: newestFirst.map(({ name, verified }) => ({ filename: name, verifiedAt: verified ? new Date(0) : null })),
      // Which of them are of today's history only the database knows; this one is, as it was just made.
      current: new Set(made === null ? [] : [made]),
      keep,
    }).map(({ filename }) => filename),
  );
}
