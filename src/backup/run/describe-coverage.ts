import type { Coverage } from '../files/coverage';

/** Half a sentence for the log. */
export function describeCovered({ newest }: Coverage): string {
  return newest.number === 0 ? 'there is no operation yet' : `operation ${newest.number}, the newest, has a backup`;
}

/** Half a sentence for the log. */
export function describePending({ newest, pending, coveredThrough, ...changes }: Coverage): string {
  const { newestChange, changesStoredThrough } = changes;
  if (pending === 0 && newestChange.number > changesStoredThrough) {
    return `changes up to ${newestChange.number} have none yet`;
  }
  if (pending === 0) return 'asked for, though every change has one';
  const from = coveredThrough + 1;
  return from === newest.number
    ? `operation ${from} has none yet`
    : `operations ${from} to ${newest.number} have none yet`;
}
