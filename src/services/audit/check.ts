/** Runs one SQL statement and returns its rows. */
export type Query = (sql: string, parameters?: readonly unknown[]) => Promise<Record<string, unknown>[]>;

/** A rule of the ledger: a statement that finds one row that breaks it, and how to say so. */
export interface Check {
  sql: string;
  /** Each value as text. */
  sentence: (row: Readonly<Record<string, string>>) => string;
}
