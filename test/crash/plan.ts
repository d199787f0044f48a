import type { ProofStep } from '../../src/backup/run/prove-newest';
import type { BackupStep } from '../../src/backup/run/types';

/**
 * Who is killed; backup: the process of a backup, or of a proof; proof server: the private one that a proof restores on;
 * everything: all at once, as when the machine goes.
 */
export const VICTIMS = ['server', 'backup', 'database', 'proof server', 'everything'] as const;
export type Victim = (typeof VICTIMS)[number];

/** What is wrong with the disk that proofs restore on: it is too small, it is read-only, or it fills up meanwhile. */
const DISK_FAULTS = ['no room', 'no right', 'full disk'] as const;
export type DiskFault = (typeof DISK_FAULTS)[number];

/** What is broken besides: a rule of the ledger, a bit of the newest file, or that disk. Backups go on, nothing good goes. */
export const FAULTS = ['broken rule', 'damaged newest', ...DISK_FAULTS] as const;
export type Fault = (typeof FAULTS)[number];
/** In so many of the rounds each of them comes. */
const FAULT_SHARE = 0.12;

export function isDiskFault(fault: Fault | null): fault is DiskFault {
  return DISK_FAULTS.some((kind) => kind === fault);
}

/** `committed`: in the server, after a commit and before the request for its backup. The last three are a proof's, the others a backup's. */
export const STEPS = [
  'committed',
  'locked',
  'dumping',
  'dumped',
  'synced',
  'named',
  'published',
  'rotated',
  'proving',
  'judged',
  'recorded',
] as const satisfies ('committed' | BackupStep | ProofStep)[];
export type Step = (typeof STEPS)[number];

export interface Round {
  victim: Victim;
  /** null: at a random moment. */
  step: Step | null;
  fault: Fault | null;
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

/**
 * Every victim at every step before any of these comes again, and as many rounds at random moments.
 * @param faults those that can be made here
 */
export function planRounds(count: number, random: Random, faults: readonly Fault[] = FAULTS): Round[] {
  const named = VICTIMS.flatMap((victim) => STEPS.map((step) => ({ victim, step }))).filter(({ victim, step }) =>
    isAt(victim, step),
  );
  let queue: typeof named = [];
  return Array.from({ length: count }, (_, i) => {
    if (queue.length === 0) queue = shuffled(named, random);
    const chosen = i % 2 === 0 ? queue.pop() : undefined;
    const { victim, step } = chosen ?? { victim: VICTIMS[((i - 1) / 2) % VICTIMS.length] ?? 'server', step: null };
    const operations = Array.from({ length: 2 }, () => 1 + Math.floor(random() * 5));
    const drawn = FAULTS[Math.floor(random() / FAULT_SHARE)] ?? null;
    const fault = drawn !== null && faults.includes(drawn) && canMeet(drawn, victim, step) ? drawn : null;
    return {
      victim,
      step,
      fault,
      operations,
      afterMs: Math.floor(random() * 500),
      untilKillMs: Math.floor(random() * 20),
    };
  });
}

/** Whether that victim need run at that step. */
export function isAt(victim: Victim, step: Step): boolean {
  // It runs between two steps of a proof, at no one of them.
  if (victim === 'proof server') return false;
  // Between the commit and the request no backup process need run.
  return victim !== 'backup' || step !== 'committed';
}

/** A proof without its disk does not get as far as its later steps, and starts no server. */
function canMeet(fault: Fault, victim: Victim, step: Step | null): boolean {
  return !isDiskFault(fault) || (victim !== 'proof server' && step !== 'judged' && step !== 'recorded');
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  return list
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}
