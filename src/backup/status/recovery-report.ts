import type { Query } from '../../database/connection/query';
import type { BackupSettings } from '../core/settings';
import { readRecord, type Entry } from '../files/record';
import { signed, type Signature } from './report-key';

/** What the report asks of the ledger. */
interface ReportLedger {
  /** The operations that were committed from `from` on and before `to`, in the order of their numbers. */
  operationsBetween(query: Query, from: Date, to: Date): Promise<{ number: number; at: Date }[]>;
  /** How many changes of any kind were committed in that time, and which of them put an older state back. */
  changesBetween(query: Query, from: Date, to: Date): Promise<{ count: number; restores: Restoration[] }>;
}

/** Somebody put an older state back. */
interface Restoration {
  at: Date;
  /** Who, as of then. */
  actor: string;
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
}

interface ReportRequest extends RecoverySources {
  settings: BackupSettings;
  /** Asks the live database. */
  query: Query;
}

/**
 * @param from is in that time
 * @param to is not
 * @throws BackupError where the key that signs it cannot be kept
 */
export async function recoveryReport(request: ReportRequest, from: Date, to: Date): Promise<RecoveryReport> {
  const { settings, ledger, query } = request;
  const isWithin = (at: string): boolean => Date.parse(at) >= from.getTime() && Date.parse(at) < to.getTime();
  const operations = await ledger.operationsBetween(query, from, to);
  const { count, restores } = await ledger.changesBetween(query, from, to);
  const entries = await readRecord(settings);
  const stored = delays(operations, entries, 'stored');
  const drills = (await request.drills()).filter(({ at }) => isWithin(at));
  const passed = drills.filter(({ problem }) => problem === null);
  const facts = {
    from,
    to,
    operations: operations.length,
    changes: count,
    ...named('stored', stored),
    ...named('proven', delays(operations, entries, 'proven')),
    ...named('offsite', delays(operations, entries, 'copied')),
    notStored: operations.length - stored.length,
    drills: drills.length,
    drillsFailed: drills.length - passed.length,
    recoveryMsWorst: worst(passed.map(({ findMs, fetchMs, restoreMs }) => findMs + fetchMs + restoreMs)),
    failures: failuresIn(entries).filter(({ begin, end }) => begin < to && (end === null || end >= from)),
    restores,
    retention: describeRetention(settings),
  };
  const document = JSON.stringify(facts);
  return { ...facts, document, ...(await signed(settings, document)) };
}

/** What the last drill found wrong, in one sentence; null: nothing, or there was none. */
export async function failedDrill(sources: RecoverySources | undefined): Promise<string | null> {
  const [last] = (await sources?.drills()) ?? [];
  return last?.problem == null ? null : `The drill failed: ${last.problem}`;
}

/**
 * How long after its commit each operation was in a backup of that kind, in ms; without those of which none is recorded.
 * After a restore numbers are given out again: what was recorded before an operation was committed is of another.
 */
function delays(
  operations: readonly { number: number; at: Date }[],
  entries: readonly Entry[],
  what: Entry['what'],
): number[] {
  const of = entries.flatMap((entry) =>
    'operation' in entry && entry.what === what ? [{ at: Date.parse(entry.at), operation: entry.operation }] : [],
  );
  let next = 0;
  return operations.flatMap(({ number, at }) => {
    while (next < of.length && (of[next]?.at ?? 0) < at.getTime()) next += 1;
    for (let i = next; i < of.length; i += 1) {
      const later = of[i];
      if (later !== undefined && later.operation >= number) return [later.at - at.getTime()];
    }
    return [];
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
    if (entry.what === 'failing') failures.push({ begin: new Date(entry.at), end: null, problem: entry.problem });
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
