/** A rule of the ledger: a statement that finds the rows that break it, and how to say so of each. */
export interface Check {
  /** The migration that brought what it looks at: a copy of an older backup has nothing of it. */
  since?: string;
  /** In an order that stays, and without a limit: the check adds its own. */
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
