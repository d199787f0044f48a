import { newestChangeIn, newestIn, type Judged, type ProofState } from './proofs';

/** What a server's binary log makes of a backup. */
export interface LogLink {
  /** The log leads on from one backup to every later one of the same chain. */
  chain: string;
  /** The newest operation that the log surely leads to in that chain, by whatever file that was known. */
  through: number;
  /** Whether the log still reaches back to that very backup. */
  inLog: boolean;
}

/** A backup as retention looks at it: nothing here reads a disk or a clock. */
export interface Candidate {
  filename: string;
  createdAt: Date;
  sizeBytes: number;
  safety?: true;
  proof: { state: Exclude<ProofState, 'UNPROVEN'> } | null;
  /** The number of the newest operation in it; 0 for none. */
  operation: number;
  /** Two with the same hold the same: the identity of the newest operation and of the newest change. */
  state: string;
  /** null: no log leads on from it, as far as is known. */
  link: LogLink | null;
}

export function candidateOf(backup: Judged, links: ReadonlyMap<string, LogLink>): Candidate {
  const { filename, createdAt, sizeBytes, safety, proof } = backup;
  const { number: operation, uid } = newestIn(backup);
  return {
    filename,
    createdAt,
    sizeBytes,
    ...(safety === undefined ? {} : { safety }),
    proof: proof ?? null,
    operation,
    state: `${uid} ${newestChangeIn(backup)?.uid}`,
    link: links.get(filename) ?? null,
  };
}

/**
 * How old each is, in ms: the time that passed between the backups after it, of which none counts as more than
 * `longestMs`. So a clock that is put forward by years ages no file by more than that, and one that is put back by nothing:
 * else one wrong clock would make every file too old at once.
 * @param newestFirst in the order of their making
 */
export function agesOf<T extends Pick<Candidate, 'createdAt'>>(
  newestFirst: readonly T[],
  now: Date,
  longestMs: number,
): Map<T, number> {
  const ages = new Map<T, number>();
  let age = 0;
  let after = now.getTime();
  for (const file of newestFirst) {
    const at = file.createdAt.getTime();
    age += Math.min(Math.max(after - at, 0), longestMs);
    ages.set(file, age);
    after = at;
  }
  return ages;
}
