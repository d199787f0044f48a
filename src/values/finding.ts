import { createHash } from 'node:crypto';

/** A rule of the ledger that is broken, in a sentence, and the id that it is acknowledged by. */
export interface Finding {
  id: string;
  finding: string;
}

/** A finding that an administrator knows and means. */
export interface Acknowledgement extends Finding {
  reason: string;
  /** Who acknowledged it, in words: an account may go, what it said stays. */
  actor: string;
  at: Date;
}

/** A short id of a finding; the same finding always gets the same id. */
export function findingId(finding: string): string {
  return createHash('sha256').update(finding).digest('hex').slice(0, 8);
}
