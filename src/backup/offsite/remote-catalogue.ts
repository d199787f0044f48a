import type { Backup } from '../files/catalogue';
import { labelOf, type Judged, type Proof } from '../files/proofs';
import { expendable } from '../files/keep-newest';
import { checksumName, copyName, nameOfChecksum, parseCopyName, poolTag, stemOf, type CopyName } from './name';
import type { StoredFile } from './store';

/** A copy that another server began counts as an orphan after this long without a change. */
const DEAD_AFTER_MS = 24 * 60 * 60_000;

/** A copy that was read back and found to be what was written. */
export interface Copy extends CopyName {
  bytes: number;
}

/** The files at a target, read from its listing each time. No list of ours could become stale. */
export class RemoteCatalogue {
  /** The complete copies of all pools, newest first. */
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

  /**
   * Of the copies of that backup's pool, else of all, the one with the newest operation; of several the newest. None of a backup
   * that is known here to be DAMAGED.
   * @param backups all there are here
   */
  fullest(of: Backup | undefined, backups: readonly Judged[]): Copy | null {
    const known = labels(backups);
    const ours = of === undefined ? this.copies : this.ofPool(poolTag(of));
    const good = ours.filter(({ name }) => known.get(stemOf(name))?.state !== 'DAMAGED');
    return good.reduce<Copy | null>(
      (best, copy) => (best !== null && best.operation >= copy.operation ? best : copy),
      null,
    );
  }

  /**
   * The newest copy of that backup's pool, else of all. Not that with the most operations: after a restore these are of a
   * timeline that was left.
   */
  newest(of: Backup | undefined): Copy | null {
    return (of === undefined ? this.copies : this.ofPool(poolTag(of)))[0] ?? null;
  }

  /** The copy of that backup, encrypted or not; null where there is none. */
  find(backup: Backup): Copy | null {
    const stem = stemOf(copyName(backup, false));
    return this.copies.find(({ name }) => stemOf(name) === stem) ?? null;
  }

  /**
   * The backups that lack a copy, newest first: only those whose copy the next rotation would keep, as another server's
   * newer ones may have taken their place.
   * @param backups all there are here, newest first; what is DAMAGED gets none
   */
  missing(backups: readonly Judged[], keep: number): Judged[] {
    return backups.filter((backup) => {
      if (this.find(backup) !== null || labelOf(backup) === 'DAMAGED') return false;
      const name = parseCopyName(copyName(backup, false));
      if (name === null) return false;
      const all = [...this.ofPool(poolTag(backup)), ...backups.flatMap((other) => this.wouldBe(other, backup))];
      return !tooMany(all, keep, this.newestOf(backups, name.pool), labels(backups)).has(name.name);
    });
  }

  /**
   * What rotation may remove of those backups' pools: of each all beyond the `keep` newest, but never the newest that is
   * PROVEN, as its name or the proof of the backup here tells, nor the copy of the newest backup here.
   * @param backups all there are here, newest first
   */
  expendable(backups: readonly Judged[], keep: number): Copy[] {
    return [...new Set(backups.map(poolTag))].flatMap((pool) => {
      const copies = this.ofPool(pool);
      const doomed = tooMany(copies, keep, this.newestOf(backups, pool), labels(backups));
      return copies.filter(({ name }) => doomed.has(name));
    });
  }

  /** Unfinished copies: those of our own backups, and others that have not changed for a day. */
  orphans(backups: readonly Backup[], now: Date): string[] {
    const isDead = this.deadness(backups, now);
    const complete = new Set(this.copies.flatMap(({ name }) => [name, checksumName(name)]));
    return this.files
      .filter(({ name, changedAt }) => !complete.has(name) && isDead(name, changedAt))
      .map(({ name }) => name);
  }

  /** A test whether unfinished work on a name may be removed. Call it only under the lock on our own copies. */
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
 * The names that retention removes, except the one `made` last here: a clock that was ahead may have given others
 * later names.
 */
function tooMany(
  copies: readonly CopyName[],
  keep: number,
  made: string | null,
  known: ReadonlyMap<string, Proof>,
): Set<string> {
  const newestFirst = [...copies].sort((a, b) => (a.name < b.name ? 1 : -1));
  return new Set(
    expendable({
      backups: newestFirst.map(({ name, verified }) => ({
        filename: name,
        // When a copy is made its backup is not proven yet: the name of most copies does not tell.
        proof: known.get(stemOf(name)) ?? (verified ? ({ state: 'PROVEN' } as const) : null),
      })),
      // Which of them are of today's history only the database knows; this one is, as it was just made.
      current: new Set(made === null ? [] : [made]),
      keep,
    }).map(({ filename }) => filename),
  );
}

/** What is known here of the backups behind copies, by the copies' names without their endings. */
function labels(backups: readonly Judged[]): Map<string, Proof> {
  return new Map(
    backups.flatMap((backup) => (backup.proof ? [[stemOf(copyName(backup, false)), backup.proof] as const] : [])),
  );
}
