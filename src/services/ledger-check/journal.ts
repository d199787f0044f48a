import type { Check } from './check';

/** The operations: numbered without gaps, each pointing at what it did, everything done by exactly one. */
export const journalChecks: readonly Check[] = [
  {
    sql: `SELECT p.pools, p.lastOperation, o.n, o.first, o.last FROM
            (SELECT COUNT(*) AS pools, MAX(lastOperation) AS lastOperation FROM pool) p
            CROSS JOIN (SELECT COUNT(*) AS n, MIN(number) AS first, MAX(number) AS last FROM operations) o
          WHERE p.pools <> 1 OR p.lastOperation <> o.n OR (o.n > 0 AND (o.first <> 1 OR o.last <> o.n))`,
    sentence: (r) =>
      `The operations are ${r.n} rows numbered ${r.first} to ${r.last}, but the last number of ${r.pools} pools is ${r.lastOperation}.`,
  },
  {
    sql: `SELECT o.number, o.kind FROM operations o
          LEFT JOIN vehicles v ON v.id = o.vehicleId
          LEFT JOIN sales s ON s.id = o.saleId AND s.vehicleId = o.vehicleId
          LEFT JOIN payments p ON p.id = o.paymentId
          WHERE NOT CASE o.kind
            WHEN 'BUY_VEHICLE' THEN v.id IS NOT NULL AND o.saleId IS NULL AND o.paymentId IS NULL
            WHEN 'UNBUY_VEHICLE' THEN v.status = 'CANCELLED' AND o.saleId IS NULL AND o.paymentId IS NULL
            WHEN 'SELL_VEHICLE' THEN s.id IS NOT NULL AND o.paymentId IS NULL
            WHEN 'UNSELL_VEHICLE' THEN s.id IS NOT NULL AND s.reversedAt IS NOT NULL AND o.paymentId IS NULL
            ELSE p.id IS NOT NULL AND p.status = 'CONFIRMED' AND p.kind IN ('DEPOSIT', 'WITHDRAWAL')
                 AND o.vehicleId IS NULL AND o.saleId IS NULL END
          ORDER BY o.number`,
    sentence: (r) => `Operation ${r.number} (${r.kind}) does not point at what it did.`,
  },
  {
    sql: `SELECT what, id, n FROM (
            SELECT 'purchase of vehicle' AS what, v.id, COUNT(o.number) AS n, 1 AS expected FROM vehicles v
              LEFT JOIN operations o ON o.vehicleId = v.id AND o.kind = 'BUY_VEHICLE' GROUP BY v.id
            UNION ALL SELECT 'undone purchase of vehicle', v.id, COUNT(o.number), v.status = 'CANCELLED' FROM vehicles v
              LEFT JOIN operations o ON o.vehicleId = v.id AND o.kind = 'UNBUY_VEHICLE' GROUP BY v.id
            UNION ALL SELECT 'booking of sale', s.id, COUNT(o.number), 1 FROM sales s
              LEFT JOIN operations o ON o.saleId = s.id AND o.kind = 'SELL_VEHICLE' GROUP BY s.id
            UNION ALL SELECT 'reversal of sale', s.id, COUNT(o.number), s.reversedAt IS NOT NULL FROM sales s
              LEFT JOIN operations o ON o.saleId = s.id AND o.kind = 'UNSELL_VEHICLE' GROUP BY s.id
            UNION ALL SELECT 'confirmation of payment', p.id, COUNT(o.number), p.status = 'CONFIRMED' FROM payments p
              LEFT JOIN operations o ON o.paymentId = p.id
              WHERE p.kind IN ('DEPOSIT', 'WITHDRAWAL') GROUP BY p.id
          ) d WHERE n <> expected ORDER BY what, id`,
    sentence: (r) => `The ${r.what} ${r.id} is in the journal ${r.n} times.`,
  },
  {
    // A vehicle is bought once, then sold and unsold in turn, and each unsale undoes the sale before it. Or its purchase
    // is undone at once.
    sql: `SELECT number, kind, vehicleId FROM (
            SELECT number, kind, vehicleId, saleId, LAG(kind) OVER w AS kindBefore, LAG(saleId) OVER w AS saleBefore
            FROM operations WHERE vehicleId IS NOT NULL WINDOW w AS (PARTITION BY vehicleId ORDER BY number)) o
          WHERE NOT CASE kind
            WHEN 'BUY_VEHICLE' THEN kindBefore IS NULL
            WHEN 'UNBUY_VEHICLE' THEN COALESCE(kindBefore = 'BUY_VEHICLE', FALSE)
            WHEN 'SELL_VEHICLE' THEN COALESCE(kindBefore IN ('BUY_VEHICLE', 'UNSELL_VEHICLE'), FALSE)
            ELSE COALESCE(kindBefore = 'SELL_VEHICLE' AND saleBefore = saleId, FALSE) END
          ORDER BY number`,
    sentence: (r) => `Operation ${r.number} (${r.kind}) cannot follow what happened to vehicle ${r.vehicleId} before.`,
  },
  {
    since: 'Changes1796040000000',
    sql: `SELECT c.counters, c.lastChange, n.n, n.first, n.last FROM
            (SELECT COUNT(*) AS counters, MAX(lastChange) AS lastChange FROM change_counter) c
            CROSS JOIN (SELECT COUNT(*) AS n, MIN(number) AS first, MAX(number) AS last FROM changes) n
          WHERE c.counters <> 1 OR c.lastChange <> n.n OR n.first <> 1 OR n.last <> n.n`,
    sentence: (r) =>
      `The changes are ${r.n} rows numbered ${r.first} to ${r.last}, but the last number of ${r.counters} counters is ${r.lastChange}.`,
  },
  {
    since: 'Changes1796040000000',
    sql: `SELECT number, missing FROM (
            SELECT o.number, 'has no row' AS missing FROM operations o CROSS JOIN change_counter k
              LEFT JOIN changes c ON c.operation = o.number AND c.uid = o.uid AND c.at = o.at
              WHERE o.number > k.operationsBefore AND c.number IS NULL
            UNION ALL SELECT c.operation, 'is not there, but has a row' FROM changes c
              LEFT JOIN operations o ON o.number = c.operation WHERE c.operation IS NOT NULL AND o.number IS NULL
          ) d ORDER BY number`,
    sentence: (r) => `Operation ${r.number} ${r.missing} of its own in the journal of changes.`,
  },
];
