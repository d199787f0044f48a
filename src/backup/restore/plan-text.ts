import { humanSize } from '../errors';
import type { JournalEntry } from './ledger';
import type { RestorePlan } from './plan';

/** More operations than these are counted, not named. */
const MAX_NAMED = 20;

/** Begins a further line of an entry. */
const NEXT = `\n${' '.repeat(16)}`;

/** The plan for people, line by line. */
export function planText(plan: RestorePlan): string {
  const { backup, replay, notes, migrations } = plan;
  const at = `as of ${moment(backup.startedAt)}`;
  const checked =
    backup.verifiedAt === null ? 'never restored for a test yet' : `verified ${moment(backup.verifiedAt)}`;
  const lines: [string, string][] = [
    ['file', nameOfFile(plan)],
    ['contains', `${upTo(backup.lastOperation.number, backup.verifiedAt === null)}, ${at}`],
    ['size', `${humanSize(backup.sizeBytes)}, ${checked}`],
  ];
  if (replay !== null) {
    const { transactions, last } = replay;
    const to = last.number === backup.lastOperation.number ? 'and no operation' : `up to operation ${last.number}`;
    lines.push(['replay', `${transactions} ${plural('transaction', transactions)} of the binary log after it, ${to}`]);
  }
  if (migrations.length > 0) lines.push(['migrations', migrations.join(', ')]);
  lines.push(['into', plan.beside ? `the new database ${plan.target}; the live one is not touched` : replacing(plan)]);
  lines.push(['result', upTo(plan.lastOperation, false)]);
  if (!plan.beside) {
    lines.push(['come back', listed(plan.back, plan.backByLog)]);
    lines.push(['gone', goneText(plan)]);
    lines.push(['safety', safetyText(plan)]);
  }
  lines.push(['time', `about ${plan.seconds} s`]);
  for (const note of notes) lines.push(['note', note]);
  return `Restore plan\n${lines.map(([name, text]) => `  ${name.padEnd(11)} ${text}\n`).join('')}`;
}

/** A copy is restored from a file in between, which is gone afterwards. */
export function nameOfFile({ source, backup }: RestorePlan): string {
  return (source.kind === 'file' ? source.shown : undefined) ?? backup.path;
}

function replacing({ target, live }: RestorePlan): string {
  if (live.empty) return `the database ${target}, which is empty`;
  return live.readable
    ? `the database ${target}, in the place of ${upTo(live.newest.number, false)}`
    : `the database ${target}, whose operations cannot be read`;
}

/** What is no operation, such as a new account, no journal tells: so it is said always. */
function goneText({ live, gone, backup, replay }: RestorePlan): string {
  if (live.empty) return 'nothing';
  const operations = live.readable
    ? gone.length === 0
      ? 'no operation'
      : listed(gone, null)
    : 'unknown, as the operations of the live database cannot be read';
  const since = replay === null ? `since ${moment(backup.startedAt)}` : 'after what is replayed';
  return `${operations}${NEXT}and whatever else was entered or changed ${since}`;
}

function safetyText({ live, safetyBackup }: RestorePlan): string {
  if (live.empty) return 'no backup is made first: there is nothing to lose';
  return safetyBackup ? 'a backup of what is there now is made first' : 'NO backup of what is there now is made first';
}

function upTo(number: number, atLeast: boolean): string {
  if (number === 0) return atLeast ? 'operations unknown' : 'no operation';
  return `${atLeast ? 'at least ' : ''}operations up to ${number}`;
}

function listed(entries: readonly JournalEntry[], byLog: RestorePlan['backByLog']): string {
  const further = byLog === null ? [] : [`${byLog.from} to ${byLog.to}, out of the binary log`];
  if (entries.length === 0 && further.length === 0) return 'nothing';
  const named = entries.slice(0, MAX_NAMED).map(entryText);
  const rest = entries.length - named.length;
  if (rest > 0) named.push(`and ${rest} more, up to ${entries.at(-1)?.number ?? ''}`);
  const count = `${entries.length} ${plural('operation', entries.length)}`;
  return [count, ...named, ...further].join(NEXT);
}

/** "12 SELL_VEHICLE by Operator 1 <operator-1@example.com> at 2026-11-23 01:02:03 UTC" */
function entryText({ number, kind, actor, at }: JournalEntry): string {
  return `${number} ${kind} by ${actor} at ${moment(at)}`;
}

function moment(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function plural(word: string, count: number): string {
  return count === 1 ? word : `${word}s`;
}
