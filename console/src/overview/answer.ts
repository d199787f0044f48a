import type { StatusQuery } from '../api/operations';
import { count } from '../ui/format';

type Status = StatusQuery['backupStatus'];

/** The one thing an administrator wants to know, in words. */
export interface Answer {
  tone: 'good' | 'busy' | 'bad';
  headline: string;
  /** What follows from it, or why it is so. */
  reason: string;
}

export function answerOf(status: Status): Answer {
  const { healthy, problem, running, pendingOperations: pending, lastOperation } = status;
  if (pending === 0) {
    if (!healthy) {
      const headline = 'Every operation is backed up, but not all is well';
      return { tone: 'bad', headline, reason: problem ?? '' };
    }
    if (lastOperation === 0) {
      return { tone: 'good', headline: 'There is nothing to lose yet', reason: 'No operation was committed so far.' };
    }
    return { tone: 'good', headline: 'Every operation is backed up', reason: coverage(status) };
  }
  const waiting = pending === 1 ? 'One operation is' : `${count(pending)} operations are`;
  // What is being done about it is only an answer as long as nothing went wrong.
  if (running && healthy) {
    return {
      tone: 'busy',
      headline: 'A backup is being made',
      reason: `${waiting} waiting for it. ${coverage(status)}`,
    };
  }
  const retry = running ? ' Another try runs.' : '';
  return { tone: 'bad', headline: `${waiting} not backed up`, reason: `${problem ?? coverage(status)}${retry}` };
}

function others(changes: number): string {
  return changes === 1 ? 'One other change gets' : `${count(changes)} other changes get`;
}

function coverage({ coveredThrough, lastOperation, proving, pendingChanges }: Status): string {
  if (coveredThrough === 0) return 'No backup of today’s history is kept yet.';
  if (coveredThrough < lastOperation) return `Operations up to number ${count(coveredThrough)} are safe.`;
  const stored =
    coveredThrough === 1
      ? 'The only operation so far is in a backup.'
      : `All ${count(coveredThrough)} operations are in a backup.`;
  const follow = pendingChanges === 0 ? '' : ` ${others(pendingChanges)} a backup within a minute.`;
  return `${stored}${follow}${proving ? ' The newest is being proven.' : ''}`;
}
