/** Runs one SQL statement and returns its rows. Whole numbers beyond 2^53, decimals and sums come as strings. */
export type Query = (sql: string, parameters?: readonly unknown[]) => Promise<Record<string, unknown>[]>;
