import type { Query } from '../../database/connection/query';
import { BackupError } from '../core/errors';
import type { OperationMark } from '../core/ledger';
import type { BackupSettings } from '../core/settings';
import { readRecord, type Entry } from '../files/record';
import { signed, type Signature } from './report-key';

/** What the report asks of the ledger. */
interface ReportLedger {
  /** The first `most` operations that were committed from `from` on and before `to`, in the order of their numbers. */
  operationsBetween(query: Query, from: Date, to: Date, most: number): Promise<{ number: number; at: Date }[]>;
  /** How many changes of any kind were committed in that time, and who put an older state back by which of them. */
  changesBetween(
    query: Query,
    from: Date,
    to: Date,
  ): Promise<{ count: number; restores: { at: Date; actor: string }[] }>;
  /** Which of these operations are in that database, under that very number: their uids. */
  existing(query: Query, marks: readonly OperationMark[]): Promise<Set<string>>;
  /** What tells this pool from every other; null where the database does not say. */
  pool(query: Query): Promise<string | null>;
}

/** Somebody put an older state back. */
interface Restoration {
  at: Date;
  /** The newest operation of that state. */
  lastOperation: number;
  /** Who, as of then; null where a later restore has taken the row away that told it. */
  actor: string | null;
}

/** A drill, as far as the report tells of it. */
interface ReportedDrill {
  at: string;
  findMs: number;
  fetchMs: number;
  restoreMs: number;
  problem: string | null;
}

/** A time in which no backup could be made. */
interface ReportedFailure {
  begin: Date;
  /** null while it lasts. */
  end: Date | null;
  problem: string;
}

/** What an auditor asks of backups and restores in a time. Times in ms are from the commit; null where none is known. */
export interface RecoveryReport extends Signature {
  /** The pool's own uid. */
  pool: string | null;
  madeAt: Date;
  from: Date;
  to: Date;
  operations: number;
  changes: number;
  storedMsMedian: number | null;
  storedMsWorst: number | null;
  provenMsMedian: number | null;
  provenMsWorst: number | null;
  offsiteMsMedian: number | null;
  offsiteMsWorst: number | null;
  /** Operations of that time of which this server has recorded no stored backup. */
  notStored: number;
  /** Operations of that time that no proof or no copy is recorded of. */
  notProven: number;
  notOffsite: number;
  drills: number;
  drillsFailed: number;
  /** The longest that a drill took to find, fetch, restore and check the newest copy. */
  recoveryMsWorst: number | null;
  failures: ReportedFailure[];
  restores: Restoration[];
  /** What stays, in one sentence. */
  retention: string;
  /** All of the above as JSON: this text is signed. */
  document: string;
}

/** Where the report takes from what the backups themselves do not tell. */
export interface RecoverySources {
  ledger: ReportLedger;
  /** The last drills of the copies, newest first. */
  drills: () => Promise<readonly ReportedDrill[]>;
  /** The server drills once in this time by itself, in ms; null: it does not. */
  drillEveryMs: number | null;
}

interface ReportRequest extends RecoverySources {
  settings: BackupSettings;
  /** Asks the live database. */
  query: Query;
}

/** A report reads them all at once. */
const MOST_OPERATIONS = 200_000;

/**
 * @param from is in that time
 * @param to is not; what is still to come is not told
 * @throws BackupError where there are too many operations, or the key that signs it cannot be used
 */
export async function recoveryReport(request: ReportRequest, from: Date, to: Date): Promise<RecoveryReport> {
  const { settings, ledger, query } = request;
  const madeAt = new Date();
  const end = to < madeAt ? to : madeAt;
  const isWithin = (at: Date): boolean => at >= from && at < end;
  const operations = await ledger.operationsBetween(query, from, end, MOST_OPERATIONS + 1);
  if (operations.length > MOST_OPERATIONS) {
    throw new BackupError(`There are more than ${MOST_OPERATIONS} operations in that time: ask for a shorter one.`);
  }
  const { count, restores } = await ledger.changesBetween(query, from, end);
  const entries = await readRecord(settings, from);
  const current = await existing(request, entries);
  const [stored, proven, offsite] = (['stored', 'proven', 'copied'] as const).map((what) =>
    delays(operations, entries, what, current),
  ) as [number[], number[], number[]];
  const drills = (await request.drills()).filter(({ at }) => isWithin(new Date(at)));
  const passed = drills.filter(({ problem }) => problem === null);
  const facts = {
    pool: await ledger.pool(query),
    madeAt,
    from,
    to: end,
    operations: operations.length,
    changes: count,
    ...named('stored', stored),
    ...named('proven', proven),
    ...named('offsite', offsite),
    notStored: operations.length - stored.length,
    notProven: operations.length - proven.length,
    notOffsite: operations.length - offsite.length,
    drills: drills.length,
    drillsFailed: drills.length - passed.length,
    recoveryMsWorst: worst(passed.map(({ findMs, fetchMs, restoreMs }) => findMs + fetchMs + restoreMs)),
    failures: failuresIn(entries).filter(({ begin, end: over }) => begin < end && (over === null || over >= from)),
    restores: restorations(entries, restores).filter(({ at }) => isWithin(at)),
    retention: describeRetention(settings),
  };
  const document = JSON.stringify(facts);
  return { ...facts, document, ...(await signed(settings, document)) };
}

/** What is wrong with the drills, in one sentence; null: nothing. @param since when this server began */
export async function drillProblem(sources: RecoverySources | undefined, since: Date): Promise<string | null> {
  if (sources === undefined) return null;
  const { drills, drillEveryMs } = sources;
  const made = await drills();
  const [last] = made;
  if (last?.problem != null) return `The drill failed: ${last.problem}`;
  if (drillEveryMs === null) return null;
  const passed = last === undefined ? since : new Date(last.at);
  if (Date.now() - Math.max(passed.getTime(), since.getTime()) < LATE * drillEveryMs) return null;
  return `No drill of the copies has ended since ${passed.toISOString().slice(0, 10)}: npm run db:drill tells why.`;
}

/** A drill that is due waits for backups and for the next look. */
const LATE = 2;

/** The uids of what is recorded that today's timeline holds. */
async function existing({ ledger, query }: ReportRequest, entries: readonly Entry[]): Promise<Set<string>> {
  const marks = new Map(
    entries.flatMap((entry) =>
      'uid' in entry && entry.uid !== null ? [[entry.uid, { number: entry.operation, uid: entry.uid }] as const] : [],
    ),
  );
  const all = [...marks.values()];
  const found = new Set<string>();
  for (let begin = 0; begin < all.length; begin += AT_ONCE) {
    for (const uid of await ledger.existing(query, all.slice(begin, begin + AT_ONCE))) found.add(uid);
  }
  return found;
}

const AT_ONCE = 1_000;

/** Who did it stands in a row of the journal, a moment before the state goes live. */
function restorations(entries: readonly Entry[], rows: readonly { at: Date; actor: string }[]): Restoration[] {
  return entries.flatMap((entry) => {
    if (entry.what !== 'restored') return [];
    const at = new Date(entry.at);
    const row = rows.find((each) => Math.abs(at.getTime() - each.at.getTime()) < MOMENT_MS);
    return [{ at, lastOperation: entry.operation, actor: row?.actor ?? null }];
  });
}

const MOMENT_MS = 60_000;

/**
 * How long after its commit each operation was in a backup of that kind, in ms; without those of which none is recorded.
 * @param current what was recorded of a timeline that a restore has left holds none of today's operations
 */
function delays(
  operations: readonly { number: number; at: Date }[],
  entries: readonly Entry[],
  what: Entry['what'],
  current: ReadonlySet<string>,
): number[] {
  // Of each the first that reaches further than all before it.
  const reaches: { at: number; operation: number }[] = [];
  for (const entry of entries) {
    if (entry.what !== what || !('uid' in entry) || entry.uid === null || !current.has(entry.uid)) continue;
    if (entry.operation > (reaches.at(-1)?.operation ?? 0)) {
      reaches.push({ at: Date.parse(entry.at), operation: entry.operation });
    }
  }
  let next = 0;
  return operations.flatMap(({ number, at }) => {
    while (next < reaches.length && (reaches[next]?.operation ?? 0) < number) next += 1;
    const first = reaches[next];
    // Two machines' clocks differ.
    return first === undefined ? [] : [Math.max(0, first.at - at.getTime())];
  });
}

function named<Name extends string>(
  name: Name,
  ms: readonly number[],
): Record<`${Name}MsMedian` | `${Name}MsWorst`, number | null> {
  return { [`${name}MsMedian`]: median(ms), [`${name}MsWorst`]: worst(ms) } as Record<
    `${Name}MsMedian` | `${Name}MsWorst`,
    number | null
  >;
}

function median(list: readonly number[]): number | null {
  return [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) / 2)] ?? null;
}

function worst(list: readonly number[]): number | null {
  return list.reduce<number | null>((most, each) => (most === null || each > most ? each : most), null);
}

function failuresIn(entries: readonly Entry[]): ReportedFailure[] {
  const failures: ReportedFailure[] = [];
  for (const entry of entries) {
    const last = failures.at(-1);
    if (entry.what === 'failing' && last?.end !== null)
      failures.push({ begin: new Date(entry.at), end: null, problem: entry.problem });
    else if (entry.what === 'working' && last?.end === null) last.end = new Date(entry.at);
  }
  return failures;
}

const UNITS = [
  ['hourly', 'hours'],
  ['daily', 'days'],
  ['weekly', 'weeks'],
  ['monthly', 'months'],
  ['yearly', 'years'],
] as const;

function describeRetention({ keep, rules }: BackupSettings): string {
  const days = (ms: number): string => `${Number((ms / 86_400_000).toFixed(2))} days`;
  return (
    [
      `The newest ${keep} backups stay`,
      ...(rules.reachMs > 0 ? [`every operation of the last ${days(rules.reachMs)} can be restored`] : []),
      ...(rules.withinMs > 0 ? [`every state of the last ${days(rules.withinMs)} stays`] : []),
      ...UNITS.filter(([rule]) => rules[rule] > 0).map(
        ([rule, unit]) => `one of each of the last ${rules[rule]} ${unit} stays`,
      ),
    ].join(', ') + '.'
  );
}
