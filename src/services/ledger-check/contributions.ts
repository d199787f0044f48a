import type { Check } from './check';
import { bookingCheck, shareInForceCheck } from './lines';

/** Each confirmation, with the number and the last of its contributions; small, and read from the index alone. */
const CONFIRMATIONS = `SELECT c.paymentId, c.n, c.lastId
  FROM (SELECT paymentId, COUNT(*) AS n, MAX(id) AS lastId FROM contributions GROUP BY paymentId) c
  JOIN payments p ON p.id = c.paymentId AND p.kind IN ('DEPOSIT', 'WITHDRAWAL')`;

/** How many members each confirmation brought. */
const JOINED = `SELECT c.paymentId, COUNT(*) AS joined
  FROM (SELECT MIN(id) AS id FROM contributions GROUP BY userId) f JOIN contributions c ON c.id = f.id GROUP BY c.paymentId`;

/**
 * In this order the lines are read as they lie, and each one's payment is the one before's or the next: by the index of
 * payments, which a server would choose, every line is looked for.
 */
const LINES_WITH_PAYMENTS = 'SELECT STRAIGHT_JOIN';
/** Not the column itself, for the same reason. */
const BY_PAYMENT = 'c.paymentId + 0';

/** A confirmation gives every member one contribution and a new share; a sale one to each account that it pays. */
export const contributionChecks: readonly Check[] = [
  bookingCheck,
  {
    sql: `SELECT p.id, p.status, COALESCE(c.n, 0) AS n FROM payments p
          LEFT JOIN (${LINES_WITH_PAYMENTS} ${BY_PAYMENT} AS paymentId, COUNT(*) AS n FROM contributions c
                     JOIN payments p ON p.id = c.paymentId AND p.userId = c.userId GROUP BY ${BY_PAYMENT}) c
            ON c.paymentId = p.id
          WHERE COALESCE(c.n, 0) <> IF(p.status IN ('CONFIRMED', 'REVERSED'), 1, 0) ORDER BY p.id`,
    sentence: (r) => `Payment ${r.id} is ${r.status} and has ${r.n} contributions of its own account.`,
  },
  {
    // Everybody who held a contribution by then: those whose first one is no younger than the confirmation's last.
    sql: `SELECT paymentId, n, members FROM (
            SELECT g.paymentId, g.n, SUM(COALESCE(j.joined, 0)) OVER (ORDER BY g.lastId) AS members
            FROM (${CONFIRMATIONS}) g LEFT JOIN (${JOINED}) j ON j.paymentId = g.paymentId) g
          WHERE n <> members ORDER BY paymentId`,
    sentence: (r) =>
      `The confirmation of payment ${r.paymentId} has ${r.n} contributions, but the pool had ${r.members} members.`,
  },
  {
    // One for each confirmation since the first, and one for each payment of a sale.
    sql: `SELECT u.userId, u.n, COALESCE(s.n, 0) + COALESCE(g.n, 0) AS expected
          FROM (SELECT userId, COUNT(*) AS n, MIN(id) AS firstId FROM contributions GROUP BY userId) u
          LEFT JOIN (SELECT userId, COUNT(*) AS n FROM payments WHERE saleId IS NOT NULL GROUP BY userId) s
            ON s.userId = u.userId
          LEFT JOIN contributions f ON f.id = u.firstId
          LEFT JOIN (SELECT paymentId, ROW_NUMBER() OVER (ORDER BY lastId DESC) AS n FROM (${CONFIRMATIONS}) g) g
            ON g.paymentId = f.paymentId
          WHERE u.n <> COALESCE(s.n, 0) + COALESCE(g.n, 0) ORDER BY u.userId`,
    sentence: (r) =>
      `User ${r.userId} has ${r.n} contributions instead of ${r.expected}: one for each payment of a sale, and one for each confirmation since the first.`,
  },
  {
    sql: `${LINES_WITH_PAYMENTS} c.id, c.userId, c.percentage, c.balance, g.capital, g.shares, g.paymentId
          FROM contributions c
          JOIN (${LINES_WITH_PAYMENTS} ${BY_PAYMENT} AS paymentId, SUM(c.percentage) AS shares,
                       CAST(SUM(GREATEST(c.balance, 0)) AS DECIMAL(30,0)) AS capital
                FROM contributions c JOIN payments p ON p.id = c.paymentId AND p.kind IN ('DEPOSIT', 'WITHDRAWAL')
                GROUP BY ${BY_PAYMENT}) g ON g.paymentId = c.paymentId
          WHERE g.shares <> IF(g.capital > 0, 1000000, 0)
             OR (CAST(GREATEST(c.balance, 0) AS DECIMAL(30,0)) * 1000000 - c.percentage * g.capital)
                NOT BETWEEN -g.capital AND g.capital ORDER BY c.id`,
    sentence: (r) =>
      `Contribution ${r.id} of user ${r.userId} says ${r.percentage} ppm for ${r.balance} cents, but the shares of payment ${r.paymentId} add up to ${r.shares} ppm, and its balances to ${r.capital} cents.`,
  },
  shareInForceCheck,
  {
    sql: `SELECT c.id, c.userId, c.balance FROM contributions c
          JOIN payments p ON p.id = c.paymentId AND p.userId = c.userId
          WHERE p.kind = 'WITHDRAWAL' AND c.balance < 0 ORDER BY c.id`,
    sentence: (r) => `Contribution ${r.id}, a withdrawal, leaves user ${r.userId} with ${r.balance} cents.`,
  },
];
