/** Runs one SQL statement and returns its rows. */
export type Query = (sql: string, parameters?: readonly unknown[]) => Promise<Record<string, unknown>[]>;

/** A rule of the ledger: a statement that finds one row that breaks it, and how to say so. */
export interface Check {
  sql: string;
  /** Each value as text. */
  sentence: (row: Readonly<Record<string, string>>) => string;
}

/**
 * A statement that looks at rows once for several rules: it returns one row with a column for each of them, which says
 * how many rows break it. Only where there are some, the rule's own statement is asked which.
 */
export interface Screen {
  sql: string;
  checks: Readonly<Record<string, Check>>;
}
