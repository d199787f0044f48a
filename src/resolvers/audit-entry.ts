import type { ChangeRow } from '../services/change-row';

/** Who did what, from where, and how it ended. */
export interface AuditEntry {
  /** The mutation. */
  action: string;
  /** The account's id; null where nobody was signed in. */
  actor: number | null;
  role: string | null;
  /** The arguments, without passwords and tokens. */
  input: Record<string, unknown>;
  /** "done", or the code of the refusal or failure. */
  outcome: string;
  /** The id of the row that the mutation made or changed, if any. */
  result?: number;
  /** What it wrote into the journal of changes; left out where it wrote nothing. */
  change?: ChangeRow;
}

/** Where a request came from. */
interface Asked {
  /** The client's network address. */
  address: string;
  requestId: string;
}

/**
 * The one line of the audit trail for it. Where a row was written into the journal of changes, the line has the row's values,
 * and names the row by its number, so that the two say the same.
 */
export function trailLine({ change, ...entry }: AuditEntry, asked: Asked): [line: object, message: string] {
  const message = `${entry.action}: ${entry.outcome}`;
  if (change === undefined) return [{ audit: entry, ...asked }, message];
  const { kind, actorId, number, address, requestId } = change;
  const { subject, id } = change.changed;
  const of = { change: number, subject, subjectId: id === null ? null : String(id) };
  return [{ audit: { ...entry, action: kind, actor: actorId, ...of }, address, requestId }, message];
}
