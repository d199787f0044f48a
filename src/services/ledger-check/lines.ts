import type { Check, Screen } from './check';

/** Whether the line `c` books something else than its payment `p`. */
const MISBOOKED = `(c.amount <> IF(c.userId = p.userId, p.amount, 0)
                    OR (c.userId <> p.userId AND p.kind NOT IN ('DEPOSIT', 'WITHDRAWAL')))`;

/** Each line against its payment. */
export const bookingCheck: Check = {
  sql: `SELECT STRAIGHT_JOIN c.id, c.userId, c.amount, c.paymentId, p.amount AS paid FROM contributions c
        JOIN payments p ON p.id = c.paymentId WHERE ${MISBOOKED} ORDER BY c.id`,
  sentence: (r) =>
    `Contribution ${r.id} books ${r.amount} cents to user ${r.userId} for payment ${r.paymentId} of ${r.paid} cents.`,
};

/** Each line of an account against the one before it. */
export const chainCheck: Check = {
  // Line by line, so that the newest line holds the sum of them all.
  sql: `SELECT c.id, c.userId, c.amount, c.balance, c.balanceBefore FROM (
          SELECT id, userId, amount, balance,
                 COALESCE(LAG(balance) OVER (PARTITION BY userId ORDER BY id), 0) AS balanceBefore
          FROM contributions) c
        WHERE c.balance <> c.balanceBefore + c.amount ORDER BY c.id`,
  sentence: (r) =>
    `Contribution ${r.id} of user ${r.userId} changes a balance of ${r.balanceBefore} cents by ${r.amount} and makes ${r.balance} of it.`,
};

export const shareInForceCheck: Check = {
  sql: `SELECT id, userId, percentage, inForce FROM (
          SELECT c.id, c.userId, c.percentage, p.saleId,
                 COALESCE(LAG(c.percentage) OVER (PARTITION BY c.userId ORDER BY c.id), 0) AS inForce
          FROM contributions c JOIN payments p ON p.id = c.paymentId) c
        WHERE saleId IS NOT NULL AND percentage <> inForce ORDER BY id`,
  sentence: (r) =>
    `Contribution ${r.id} of user ${r.userId} belongs to a sale and says ${r.percentage} ppm, but ${r.inForce} ppm were in force.`,
};

/** So many ids that what a server sorts for one screen fits into its temporary memory. */
const WIDTH = 1_000_000;
/** Ids may be far apart; then more of them make a range. */
const MAX_RANGES = 256;

const checks = { chain: chainCheck, inForce: shareInForceCheck };

/**
 * These rules for the lines with the ids up to `last`: within each range of ids, and from each range to what is before.
 * Sorted all at once, the lines of a large ledger would not fit into memory; and each rule would read and sort them.
 */
export function lineScreens(last: number, width = Math.max(WIDTH, Math.ceil(last / MAX_RANGES))): Screen[] {
  const screens: Screen[] = [];
  for (let from = 1; from <= last; from += width) {
    const range = `BETWEEN ${from} AND ${from + width - 1}`;
    screens.push({ sql: within(range, from === 1), checks: { ...checks, booking: bookingCheck } });
    if (from > 1) screens.push({ sql: across(range, from), checks });
  }
  return screens;
}

/** An account's first line of the range has none before it, unless it is the first of all. */
function within(range: string, isFirst: boolean): string {
  const before = (column: string): string => {
    const lag = `LAG(c.${column}) OVER w`;
    return isFirst ? `COALESCE(${lag}, 0)` : lag;
  };
  return `SELECT SUM(balance <> balanceBefore + amount) AS chain,
                 SUM(saleId IS NOT NULL AND percentage <> shareBefore) AS inForce, SUM(misbooked) AS booking
          FROM (SELECT c.amount, c.balance, c.percentage, p.saleId, ${MISBOOKED} AS misbooked,
                       ${before('balance')} AS balanceBefore, ${before('percentage')} AS shareBefore
                FROM contributions c LEFT JOIN payments p ON p.id = c.paymentId
                WHERE c.id ${range} WINDOW w AS (PARTITION BY c.userId ORDER BY c.id)) l`;
}

/** Each account's first line of the range and its last before: found by the accounts' index, without reading lines. */
function across(range: string, from: number): string {
  return `SELECT SUM(c.balance <> COALESCE(b.balance, 0) + c.amount) AS chain,
                 SUM(p.saleId IS NOT NULL AND c.percentage <> COALESCE(b.percentage, 0)) AS inForce
          FROM (SELECT userId, MIN(id) AS id FROM contributions WHERE id ${range} GROUP BY userId) f
          JOIN contributions c ON c.id = f.id
          LEFT JOIN payments p ON p.id = c.paymentId
          LEFT JOIN (SELECT userId, MAX(id) AS id FROM contributions WHERE id < ${from} GROUP BY userId) l
            ON l.userId = f.userId
          LEFT JOIN contributions b ON b.id = l.id`;
}
