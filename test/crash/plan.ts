import type { BackupStep } from '../../src/backup/run-backup';

/** Who is killed; everything: all three at once, as when the machine goes. */
export const VICTIMS = ['server', 'backup', 'database', 'everything'] as const;
export type Victim = (typeof VICTIMS)[number];

/** `committed`: in the server, after a commit and before the request for its backup. The others are the worker's. */
export const STEPS = [
  'committed',
  'locked',
  'dumping',
  'dumped',
  'verified',
  'synced',
  'named',
  'published',
  'rotated',
] as const satisfies ('committed' | BackupStep)[];
export type Step = (typeof STEPS)[number];

export interface Round {
  victim: Victim;
  /** null: at a random moment. */
  step: Step | null;
  /** How many operations each of the clients asks for, more or less at once. */
  operations: number[];
  /** For a random moment: how long after its beginning, or the backup's. */
  afterMs: number;
  /** How long the operations that are asked for last have been under way when the kill comes. */
  untilKillMs: number;
}

export type Random = () => number;

/** The same numbers for the same seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Every victim at every step before any of these comes again, and as many rounds at random moments. */
export function planRounds(count: number, random: Random): Round[] {
  const named = VICTIMS.flatMap((victim) => STEPS.map((step) => ({ victim, step }))).filter(
    // Between the commit and the request no backup process need run.
    ({ victim, step }) => victim !== 'backup' || step !== 'committed',
  );
  let queue: typeof named = [];
  return Array.from({ length: count }, (_, i) => {
    if (queue.length === 0) queue = shuffled(named, random);
    const chosen = i % 2 === 0 ? queue.pop() : undefined;
    const { victim, step } = chosen ?? { victim: VICTIMS[((i - 1) / 2) % VICTIMS.length] ?? 'server', step: null };
    const operations = Array.from({ length: 2 }, () => 1 + Math.floor(random() * 5));
    return { victim, step, operations, afterMs: Math.floor(random() * 500), untilKillMs: Math.floor(random() * 20) };
  });
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  return list
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}
