import type { Ledger, Query } from '../ledger';

/** An operation as the journal tells it, for people to recognise. */
export interface JournalEntry {
  number: number;
  uid: string;
  kind: string;
  /** Who did it. */
  actor: string;
  at: Date;
}

/** A row of a dump by its columns' names; everything as text. */
export type DumpRow = Readonly<Record<string, string | null>>;

/** What restores must know of the ledger beyond what backups do. */
export interface RestoreLedger extends Ledger {
  /** The operations from one number to another, both included, in order. */
  journal(query: Query, from: number, to: number): Promise<JournalEntry[]>;
  /** The table that gets one row for each operation, and its columns for the number and the identity. */
  readonly journalTable: { readonly table: string; readonly number: string; readonly uid: string };
  /** The tables whose rows `journalOf` wants. */
  readonly dumpedTables: readonly string[];
  /** The journal out of the rows of a dump, in order. */
  journalOf(tables: ReadonlyMap<string, readonly DumpRow[]>): JournalEntry[];
  /** Whether these rows hold every operation that was ever booked. */
  isWholeIn(tables: ReadonlyMap<string, readonly DumpRow[]>): boolean;
}
