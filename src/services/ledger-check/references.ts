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
  ['vehicles', 'id', 'cancelledById', 'users'],
  ['operations', 'number', 'actorId', 'users'],
  ['operations', 'number', 'vehicleId', 'vehicles'],
  ['operations', 'number', 'saleId', 'sales'],
  ['operations', 'number', 'paymentId', 'payments'],
  ['idempotency_keys', 'idempotencyKey', 'accountId', 'users'],
  ['commission_rates', 'id', 'setById', 'users'],
  ['changes', 'number', 'actorId', 'users'],
];

/** The migrations that brought tables, and columns, which older backups do not have. */
const SINCE: Readonly<Record<string, string>> = {
  idempotency_keys: 'IdempotencyKeys1764201600000',
  commission_rates: 'FactsOfThePool1764288000000',
  changes: 'Changes1796040000000',
  'vehicles.cancelledById': 'UndonePurchases1796047200000',
};

/** A restored copy was filled without checks of foreign keys, so its rows may point at nothing. */
export const referenceChecks: readonly Check[] = REFERENCES.map(([table, key, column, parent]) => ({
  ...since(SINCE[`${table}.${column}`] ?? SINCE[table]),
  // Each value once: read from the key's index alone. Its rows are counted only where they point at nothing.
  sql: `SELECT c.id, c.missing, (SELECT COUNT(*) FROM ${table} a WHERE a.${column} = c.missing) - 1 AS more
        FROM (SELECT ${column} AS missing, MIN(${key}) AS id FROM ${table}
              WHERE ${column} IS NOT NULL GROUP BY ${column}) c
        LEFT JOIN ${parent} p ON p.id = c.missing WHERE p.id IS NULL ORDER BY c.id`,
  sentence: (r) =>
    `Row ${String(r.id)} of ${table} points by ${column} at row ${String(r.missing)} of ${parent}, which does not exist${r.more === '0' ? '' : `; ${String(r.more)} more point at it`}.`,
}));

function since(migration: string | undefined): Pick<Check, 'since'> {
  return migration === undefined ? {} : { since: migration };
}
