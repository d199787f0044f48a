import type { Check } from './check';

type Reference = readonly [table: string, key: string, column: string, parent: string];

const REFERENCES: readonly Reference[] = [
  ['contributions', 'id', 'userId', 'users'],
  ['contributions', 'id', 'paymentId', 'payments'],
  ['payments', 'id', 'userId', 'users'],
  ['payments', 'id', 'saleId', 'sales'],
  ['payments', 'id', 'reversesId', 'payments'],
  ['payments', 'id', 'requestedById', 'users'],
  ['payments', 'id', 'confirmedById', 'users'],
  ['payments', 'id', 'rejectedById', 'users'],
  ['sales', 'id', 'vehicleId', 'vehicles'],
  ['sales', 'id', 'soldById', 'users'],
  ['sales', 'id', 'reversedById', 'users'],
  ['vehicles', 'id', 'boughtById', 'users'],
  ['operations', 'number', 'actorId', 'users'],
  ['operations', 'number', 'vehicleId', 'vehicles'],
  ['operations', 'number', 'saleId', 'sales'],
  ['operations', 'number', 'paymentId', 'payments'],
];

/** A restored copy was filled without checks of foreign keys, so its rows may point at nothing. */
export const referenceChecks: readonly Check[] = REFERENCES.map(([table, key, column, parent]) => ({
  // Each value once: read from the key's index alone.
  sql: `SELECT c.id, c.missing FROM (SELECT ${column} AS missing, MIN(${key}) AS id FROM ${table}
                                    WHERE ${column} IS NOT NULL GROUP BY ${column}) c
        LEFT JOIN ${parent} p ON p.id = c.missing WHERE p.id IS NULL ORDER BY c.id LIMIT 1`,
  sentence: (r) =>
    `Row ${String(r.id)} of ${table} points by ${column} at row ${String(r.missing)} of ${parent}, which does not exist.`,
}));
