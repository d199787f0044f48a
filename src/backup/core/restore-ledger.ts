import type { Query } from '../../database/connection/query';
import type { Ledger } from './ledger';

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
  /** The tables whose rows `journalOf` wants. */
  readonly dumpedTables: readonly string[];
  /** The journal out of the rows of a dump, in order. */
  journalOf(tables: ReadonlyMap<string, readonly DumpRow[]>): JournalEntry[];
  /** The accounts that come back to life or change role by these rows, in sentences; null where nothing can be compared. */
  accountsThatReturn(tables: ReadonlyMap<string, readonly DumpRow[]>, live: Query): Promise<string[] | null>;
  /**
   * Right before a restored copy takes the live one's place: writes into it which timeline it takes over from, makes every token
   * void, and keeps accounts disabled that come back to life or change role. @returns what was done, in sentences
   */
  settleRestored(copy: Query, live: Query, keepDisabled: boolean): Promise<string[]>;
  /** Whether these rows hold every operation that was ever booked. */
  isWholeIn(tables: ReadonlyMap<string, readonly DumpRow[]>): boolean;
}
