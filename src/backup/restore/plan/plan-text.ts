import { isExact, type Judged } from '../../files/proofs';
import { humanSize } from '../../core/errors';
import type { JournalEntry } from '../../core/restore-ledger';
import type { RestorePlan } from './plan';

/** More operations than these are counted, not named. */
const MAX_NAMED = 20;

/** Begins a further line of an entry. */
const NEXT = `\n${' '.repeat(16)}`;

/** The plan for people, line by line. */
export function planText(plan: RestorePlan): string {
  const { backup, replay, notes, migrations } = plan;
  const at = `as of ${moment(backup.startedAt)}`;
  const lines: [string, string][] = [
    ['file', nameOfFile(plan)],
    ['contains', `${upTo(backup.lastOperation.number, !isExact(backup))}, ${at}`],
    ['size', `${humanSize(backup.sizeBytes)}, ${testText(backup)}`],
  ];
  if (backup.proof && backup.proof.state !== 'PROVEN') {
    const { state, problem, findings } = backup.proof;
    lines.push(['proof', [`${state}: ${problem ?? ''}`, ...findings.slice(1)].join(NEXT)]);
  }
  lines.push(['holds', holdings(plan.objects)]);
  if (replay !== null) {
    const { transactions, last, segments } = replay;
    const where =
      segments === undefined ? 'the binary log' : `${segments.length} log ${plural('segment', segments.length)}`;
    const to = last.number === backup.lastOperation.number ? 'and no operation' : `up to operation ${last.number}`;
    lines.push(['replay', `${transactions} ${plural('transaction', transactions)} of ${where} after it, ${to}`]);
  }
  if (migrations.length > 0) lines.push(['migrations', migrations.join(', ')]);
  lines.push(['into', plan.beside ? `the new database ${plan.target}; the live one is not touched` : replacing(plan)]);
  lines.push(['result', upTo(plan.lastOperation, false)]);
  if (!plan.beside) {
    lines.push(['come back', listed(plan.back, plan.backByLog)]);
    lines.push(['gone', goneText(plan)]);
    lines.push(['accounts', accountsText(plan)]);
    lines.push(['safety', safetyText(plan)]);
  }
  if (plan.findings !== null) {
    lines.push(['check', plan.findings.length === 0 ? 'found sound' : ['NOT SOUND', ...plan.findings].join(NEXT)]);
  }
  lines.push(['time', `about ${plan.seconds} s`]);
  for (const note of notes) lines.push(['note', note]);
  return `Restore plan\n${lines.map(([name, text]) => `  ${name.padEnd(11)} ${text}\n`).join('')}`;
}

function testText({ proof, verifiedAt }: Judged): string {
  if (proof && proof.state !== 'PROVEN') return `judged ${moment(proof.judgedAt)}`;
  return verifiedAt === null ? 'never restored for a test yet' : `verified ${moment(verifiedAt)}`;
}

/** "9 tables, 2 views, 1 trigger" */
function holdings(objects: ReadonlySet<string>): string {
  const counts = new Map<string, number>();
  for (const object of objects) {
    const kind = object.split(' ')[0] ?? '';
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const named = [...counts].map(([kind, count]) => `${count} ${plural(kind, count)}`);
  return named.length === 0 ? 'no table' : named.join(', ');
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
  return `${operations}${NEXT}and all else that was entered or changed ${since}`;
}

/** Everybody signs in again. Whom a restore brings back is named, all of them: a person decides about each. */
function accountsText({ accounts, keepDisabled, replay }: RestorePlan): string {
  const signIn = 'everybody signs in again';
  if (accounts === null) return `${signIn}; each is as the file has it, as the live database has none to compare with`;
  if (accounts.length === 0) return `${signIn}; none comes back to life or changes role`;
  const fate = keepDisabled ? 'stay disabled until an ADMIN looks' : 'can sign in (--no-keep-disabled)';
  const log = replay === null ? [] : ['and what the binary log changes after the file'];
  return [`${signIn}; these come back and ${fate}`, ...accounts, ...log].join(NEXT);
}

function safetyText({ live, safetyBackup }: RestorePlan): string {
  if (live.empty) return 'no backup of it is made: there is nothing to lose';
  return safetyBackup
    ? 'what is there now is kept, and saved as a backup after the swap'
    : 'what is there now is NOT kept, and no backup of it is made';
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
