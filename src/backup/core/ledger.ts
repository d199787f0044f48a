import type { Query } from '../../database/connection/query';
/**
 * What backups must know of the ledger that they protect. The program that starts a backup hands it in. Nothing here knows of
 * vehicles.
 */
export interface Ledger {
  /** The newest committed operation in that database. */
  newestOperation(query: Query): Promise<OperationMark>;
  /** Which of these operations are in that database, under that very number: their uids. */
  existing(query: Query, marks: readonly OperationMark[]): Promise<Set<string>>;
  /** The newest committed change in that database, operations and all others alike. */
  newestChange(query: Query): Promise<ChangeMark>;
  /** Which of these changes are in that database, under that very number: their uids. */
  existingChanges(query: Query, marks: readonly ChangeMark[]): Promise<Set<string>>;
  /** When the first and the last change beyond that number were made; null where there is none. */
  changesBeyond(query: Query, number: number): Promise<{ first: Date; last: Date } | null>;
  /** Whether the newest operation is the last that was ever booked in that database: nothing of it is gone. */
  isWhole(query: Query): Promise<boolean>;
  /**
   * The first violations of each rule, in sentences that name the row; empty where the ledger is sound. All ask the same
   * database, each over a connection of its own.
   */
  check(...queries: readonly [Query, ...Query[]]): Promise<string[]>;
  /** The newest migration that the database has seen. */
  schemaVersion(query: Query): Promise<string>;
  /** What tells this pool from every other, also after a restore; null where the database does not say. */
  pool(query: Query): Promise<string | null>;
  /** The table that gets one row for each operation, and its columns for the number and the identity. */
  readonly journalTable: JournalTable;
  /** The same of the changes; left out where operations are all the changes that there are. */
  readonly changesTable?: JournalTable & { readonly hash?: string };
}

interface JournalTable {
  readonly table: string;
  readonly number: string;
  readonly uid: string;
}

/**
 * An operation by number and identity: after a restore numbers are given out again, identities never.
 * Number 0 and uid null: no operation yet.
 */
export interface OperationMark {
  number: number;
  uid: string | null;
}

/** A change by number and identity, in the same way, and its link of the chain; left out where there is no chain. */
export interface ChangeMark extends OperationMark {
  hash?: string;
}

export const NO_OPERATION: OperationMark = { number: 0, uid: null };

/** Whether that operation is in the database that `query` asks; the absence of any operation is in every one. */
export async function contains(ledger: Ledger, query: Query, mark: OperationMark): Promise<boolean> {
  return mark.uid === null || (await ledger.existing(query, [mark])).has(mark.uid);
}

/** What a backup says of the pool that it is of. */
export interface PoolMark {
  pool?: string;
}

/** The mark of that database's pool, for a backup's manifest. */
export async function poolMark(ledger: Pick<Ledger, 'pool'>, query: Query): Promise<PoolMark> {
  const pool = await ledger.pool(query);
  return pool === null ? {} : { pool };
}
