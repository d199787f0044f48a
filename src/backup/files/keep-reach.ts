import { agesOf, type Candidate } from './candidate';

/** Of the reach: so far apart are the backups that the log leads on from, so that a replay takes no more than that. */
const SPACING = 1 / 7;
/** Of the reach: no longer counts the time between two backups. */
const LEAP = 2 * SPACING;

/** More files than these slow down every look at the folder. */
const MOST_FILES = 1_000;

interface ReachRule {
  /** In ms; 0: the rule is off. */
  reachMs: number;
  now: Date;
  /** Whether each backup is proven in the end. */
  proves: boolean;
  /** On the disk of the backups. */
  freeBytes: number;
}

interface Entry<T> {
  file: T;
  /** The log leads from it to operations that it does not hold. */
  leads: boolean;
}

/** For how long a server's binary log must stay, in ms, so that the bases of that reach lead on. */
export function logNeededMs(reachMs: number): number {
  return reachMs * (1 + LEAP + 2 * SPACING);
}

/**
 * What is needed so that every operation of the reach can be restored, by the fewest files. Where the log leads on, that is
 * a backup every seventh of the reach, which was judged and restores; else each one that is the only way to an operation.
 * Of these the oldest yield where they would take more than half of the disk space that is left to them, since a full
 * disk takes no new backup.
 * @param files of today's history, the newest first, none of them DAMAGED nor of what a restore replaced
 * @returns the rule for what stays, and why the rest is not needed
 */
export function keepReach<T extends Candidate>(
  files: readonly T[],
  rule: ReachRule,
): { kept: Map<T, string>; others: Map<T, string> } {
  const kept = new Map<T, string>();
  const others = new Map<T, string>();
  if (rule.reachMs === 0) return { kept, others };
  const needed = needless(walk(files, rule, others), rule, others);
  const ages = agesOf(files, rule.now, rule.reachMs * LEAP);
  const horizonMs = rule.reachMs * (1 + LEAP);
  // The state before the first operation of the reach is the last one from before it.
  const first = Math.max(
    0,
    needed.findLastIndex(({ file }) => (ages.get(file) ?? 0) > horizonMs),
  );
  const base = needed.findLastIndex(({ leads }, i) => leads && i <= first);
  const inReach = needed.filter((_, i) => i >= first || i === base);
  const yielding = tooMany(inReach, rule.freeBytes);
  for (const entry of inReach) {
    const { file, leads } = entry;
    if (yielding.has(entry)) others.set(file, `there is no room for all files that operations before it need`);
    else if (leads) kept.set(file, 'reach: the log leads on from it');
    else kept.set(file, `reach: the way to operation ${file.operation}`);
  }
  for (const { file } of needed)
    if (!kept.has(file) && !others.has(file)) others.set(file, 'it is older than the reach');
  return { kept, others };
}

/** The files that no log leads to, and a base wherever one is due, the oldest first. */
function walk<T extends Candidate>(files: readonly T[], rule: ReachRule, others: Map<T, string>): Entry<T>[] {
  const spacingMs = rule.reachMs * SPACING;
  const spanOf = ({ createdAt }: T): number => Math.floor(createdAt.getTime() / spacingMs);
  const entries: Entry<T>[] = [];
  const bases: Entry<T>[] = [];
  for (const file of [...files].reverse()) {
    const rank = trustIn(file, rule);
    const isBase = file.link?.inLog === true && rank > 0;
    const baseOf = (): Entry<T> | null => {
      const base = bases.at(-1);
      return base !== undefined && base.file.link?.chain === file.link?.chain ? base : null;
    };
    const same = baseOf();
    if (isBase && same?.file.operation === file.operation && rank >= trustIn(same.file, rule)) {
      others.set(same.file, `the newer ${file.filename} has the same operations`);
      entries.splice(entries.indexOf(same), 1);
      bases.pop();
    }
    const base = baseOf();
    const mayLead = base !== null && trustIn(base.file, rule) >= rank;
    if (mayLead && (!isBase || spanOf(file) === spanOf(base.file))) {
      others.set(file, `the log leads to it from ${base.file.filename}`);
      continue;
    }
    const entry: Entry<T> = { file, leads: isBase && (file.link?.through ?? 0) > file.operation };
    entries.push(entry);
    if (isBase) bases.push(entry);
  }
  return entries;
}

/** Leaves out what a newer file of the same operations, as trustworthy, makes needless. */
function needless<T extends Candidate>(
  entries: readonly Entry<T>[],
  rule: ReachRule,
  others: Map<T, string>,
): Entry<T>[] {
  const newest = new Map<number, T>();
  const needed: Entry<T>[] = [];
  for (const entry of [...entries].reverse()) {
    const { file, leads } = entry;
    const newer = newest.get(file.operation);
    if (newer !== undefined && !leads && trustIn(newer, rule) >= trustIn(file, rule)) {
      others.set(file, `the newer ${newer.filename} has the same operations`);
      continue;
    }
    newest.set(file.operation, file);
    needed.push(entry);
  }
  return needed.reverse();
}

function tooMany<T extends Candidate>(entries: readonly Entry<T>[], freeBytes: number): Set<Entry<T>> {
  const alone = entries.filter(({ leads }) => !leads).reverse();
  const most = (freeBytes + alone.reduce((sum, { file }) => sum + file.sizeBytes, 0)) / 2;
  let bytes = 0;
  return new Set(
    alone.filter(({ file }, i) => {
      bytes += file.sizeBytes;
      return i >= MOST_FILES || bytes > most;
    }),
  );
}

/**
 * 2: it restores to sound books, as a proof found; where none is made, it is complete. 1: it restores, and a rule is broken.
 * 0: nobody knows yet. What is trusted less takes no place of what is trusted more: it may be all that is left from before
 * somebody altered rows.
 */
function trustIn({ proof }: Candidate, { proves }: ReachRule): number {
  if (proof === null) return proves ? 0 : 2;
  return proof.state === 'PROVEN' ? 2 : 1;
}

/**
 * From which backup on every operation can be restored: back from the newest one, as far as the log leads from an older
 * one, or each operation has a file that ends with it.
 * @param files of today's history, the newest first, none of them DAMAGED nor of what a restore replaced
 * @returns null where there is none
 */
export function reachedFrom<T extends Candidate>(files: readonly T[]): T | null {
  let from = files[0];
  if (from === undefined) return null;
  for (let i = 1; i < files.length;) {
    const { operation } = from;
    const leading = files.findLastIndex(
      ({ link }, j) => j >= i && link?.inLog === true && link.through >= operation - 1,
    );
    const next: T | undefined = leading >= 0 ? files[leading] : files[i];
    if (next === undefined || (leading < 0 && operation - next.operation > 1)) break;
    from = next;
    i = leading >= 0 ? leading + 1 : i + 1;
  }
  return from;
}
