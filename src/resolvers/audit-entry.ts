/** One line of the audit trail: who did what, from where, and how it ended. */
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
}
