/** Runs one SQL statement and returns its rows. */
type Query = (sql: string, parameters?: readonly unknown[]) => Promise<Record<string, unknown>[]>;

/** A rule of the ledger: rows that break it, the worst first or the lowest id, at most one; and how to say so. */
interface Check {
  sql: string;
  sentence: (row: Record<string, unknown>) => string;
}

const show = (value: unknown): string => String(value);

const CHECKS: readonly Check[] = [
  {
    sql: `SELECT u.id, u.balance, COALESCE(c.total, 0) AS total FROM users u
          LEFT JOIN (SELECT userId, SUM(amount) AS total FROM contributions GROUP BY userId) c ON c.userId = u.id
          WHERE u.balance <> COALESCE(c.total, 0) ORDER BY u.id LIMIT 1`,
    sentence: (r) =>
      `User ${show(r.id)} has a balance of ${show(r.balance)} cents, but contributions of ${show(r.total)} cents.`,
  },
  {
    sql: `SELECT id, userId, balance, running FROM (
            SELECT id, userId, balance, SUM(amount) OVER (PARTITION BY userId ORDER BY id) AS running FROM contributions
          ) c WHERE balance <> running ORDER BY id LIMIT 1`,
    sentence: (r) =>
      `Contribution ${show(r.id)} of user ${show(r.userId)} says a balance of ${show(r.balance)} cents, but the contributions up to it add up to ${show(r.running)}.`,
  },
  {
    sql: `SELECT total FROM (SELECT COALESCE(SUM(percentage), 0) AS total FROM users) s
          WHERE total NOT IN (0, 1000000)`,
    sentence: (r) => `The shares in force add up to ${show(r.total)} ppm, neither to 1000000 nor to 0.`,
  },
  {
    sql: `SELECT id, role, balance, percentage FROM users
          WHERE (percentage <> 0 AND role NOT IN ('OPERATOR', 'INVESTOR')) OR (balance <> 0 AND role = 'ADMIN')
          ORDER BY id LIMIT 1`,
    sentence: (r) =>
      `User ${show(r.id)} is ${show(r.role)} and holds ${show(r.percentage)} ppm and ${show(r.balance)} cents.`,
  },
  {
    sql: `SELECT u.id, u.percentage, c.percentage AS last FROM users u
          JOIN (SELECT userId, MAX(id) AS id FROM contributions GROUP BY userId) newest ON newest.userId = u.id
          JOIN contributions c ON c.id = newest.id WHERE c.percentage <> u.percentage ORDER BY u.id LIMIT 1`,
    sentence: (r) =>
      `User ${show(r.id)} holds ${show(r.percentage)} ppm, but the newest contribution says ${show(r.last)} ppm.`,
  },
  {
    sql: `SELECT c.id, c.paymentId, c.amount, p.amount AS paid FROM contributions c JOIN payments p ON p.id = c.paymentId
          WHERE c.amount <> IF(c.userId = p.userId, p.amount, 0) ORDER BY c.id LIMIT 1`,
    sentence: (r) =>
      `Contribution ${show(r.id)} books ${show(r.amount)} cents for payment ${show(r.paymentId)} of ${show(r.paid)} cents.`,
  },
  {
    sql: `SELECT p.id, p.status, COALESCE(c.rowsOfPayer, 0) AS n FROM payments p
          LEFT JOIN (SELECT c.paymentId, COUNT(*) AS rowsOfPayer FROM contributions c
                     JOIN payments p ON p.id = c.paymentId AND p.userId = c.userId GROUP BY c.paymentId) c
            ON c.paymentId = p.id
          WHERE COALESCE(c.rowsOfPayer, 0) <> IF(p.status IN ('CONFIRMED', 'REVERSED'), 1, 0) ORDER BY p.id LIMIT 1`,
    sentence: (r) =>
      `Payment ${show(r.id)} is ${show(r.status)} and has ${show(r.n)} contributions of its own account.`,
  },
  {
    sql: `SELECT s.id, s.price, v.cost, s.profit FROM sales s JOIN vehicles v ON v.id = s.vehicleId
          WHERE s.profit <> s.price - v.cost ORDER BY s.id LIMIT 1`,
    sentence: (r) =>
      `Sale ${show(r.id)} has a profit of ${show(r.profit)} cents, but a price of ${show(r.price)} and a cost of ${show(r.cost)}.`,
  },
  {
    sql: `SELECT s.id, s.profit, s.commission, s.distributed FROM sales s
          WHERE IF(s.profit > 0, s.commission < 0 OR s.commission > s.profit
                                 OR s.distributed NOT IN (0, s.profit - s.commission),
                                 s.commission <> 0 OR s.distributed <> 0) ORDER BY s.id LIMIT 1`,
    sentence: (r) =>
      `Sale ${show(r.id)} splits a profit of ${show(r.profit)} cents into ${show(r.commission)} and ${show(r.distributed)}.`,
  },
  {
    sql: `SELECT s.id, s.commission, s.distributed, COALESCE(p.commission, 0) AS paidCommission,
                 COALESCE(p.income, 0) AS paidIncome
          FROM sales s LEFT JOIN (SELECT saleId, SUM(IF(kind = 'COMMISSION', amount, 0)) AS commission,
                                         SUM(IF(kind = 'INCOME', amount, 0)) AS income
                                  FROM payments WHERE saleId IS NOT NULL GROUP BY saleId) p ON p.saleId = s.id
          WHERE s.commission <> COALESCE(p.commission, 0) OR s.distributed <> COALESCE(p.income, 0)
          ORDER BY s.id LIMIT 1`,
    sentence: (r) =>
      `Sale ${show(r.id)} says ${show(r.commission)} + ${show(r.distributed)} cents, but its payments are ${show(r.paidCommission)} + ${show(r.paidIncome)}.`,
  },
  {
    sql: `SELECT s.id, COUNT(p.id) AS payments, COUNT(r.id) AS reversals FROM sales s
          JOIN payments p ON p.saleId = s.id AND p.kind IN ('COMMISSION', 'INCOME')
          LEFT JOIN payments r ON r.reversesId = p.id AND r.kind = 'REVERSAL' AND r.saleId = p.saleId
                              AND r.userId = p.userId AND r.amount = -p.amount
          GROUP BY s.id, s.reversedAt
          HAVING COUNT(r.id) <> IF(s.reversedAt IS NULL, 0, COUNT(p.id))
              OR SUM(p.status = 'REVERSED') <> IF(s.reversedAt IS NULL, 0, COUNT(p.id)) ORDER BY s.id LIMIT 1`,
    sentence: (r) =>
      `Sale ${show(r.id)} has ${show(r.payments)} payments and ${show(r.reversals)} exact reversals, which does not fit whether it was reversed.`,
  },
  {
    sql: `SELECT r.id FROM payments r LEFT JOIN payments p ON p.id = r.reversesId AND p.saleId = r.saleId
            AND p.userId = r.userId AND p.amount = -r.amount AND p.status = 'REVERSED'
          WHERE r.kind = 'REVERSAL' AND p.id IS NULL ORDER BY r.id LIMIT 1`,
    sentence: (r) => `Reversal ${show(r.id)} does not mirror the payment that it reverses.`,
  },
  {
    sql: `SELECT v.id, v.status, COUNT(s.id) AS inForce FROM vehicles v
          LEFT JOIN sales s ON s.vehicleId = v.id AND s.reversedAt IS NULL GROUP BY v.id, v.status
          HAVING COUNT(s.id) <> IF(v.status = 'SOLD', 1, 0) ORDER BY v.id LIMIT 1`,
    sentence: (r) => `Vehicle ${show(r.id)} is ${show(r.status)} and has ${show(r.inForce)} sales in force.`,
  },
  {
    sql: `SELECT p.lastOperation, o.n, o.first, o.last FROM
            (SELECT COUNT(*) AS pools, MAX(lastOperation) AS lastOperation FROM pool) p
            CROSS JOIN (SELECT COUNT(*) AS n, MIN(number) AS first, MAX(number) AS last FROM operations) o
          WHERE p.pools <> 1 OR p.lastOperation <> o.n OR (o.n > 0 AND (o.first <> 1 OR o.last <> o.n))`,
    sentence: (r) =>
      `The operations are ${show(r.n)} rows numbered ${show(r.first)} to ${show(r.last)}, but the pool's last number is ${show(r.lastOperation)}.`,
  },
  {
    sql: `SELECT o.number, o.kind FROM operations o
          LEFT JOIN vehicles v ON v.id = o.vehicleId
          LEFT JOIN sales s ON s.id = o.saleId AND s.vehicleId = o.vehicleId
          LEFT JOIN payments p ON p.id = o.paymentId
          WHERE NOT CASE o.kind
            WHEN 'BUY_VEHICLE' THEN v.id IS NOT NULL AND o.saleId IS NULL AND o.paymentId IS NULL
            WHEN 'SELL_VEHICLE' THEN s.id IS NOT NULL AND o.paymentId IS NULL
            WHEN 'UNSELL_VEHICLE' THEN s.id IS NOT NULL AND s.reversedAt IS NOT NULL AND o.paymentId IS NULL
            ELSE p.id IS NOT NULL AND p.status = 'CONFIRMED' AND p.kind IN ('DEPOSIT', 'WITHDRAWAL')
                 AND o.vehicleId IS NULL AND o.saleId IS NULL END
          ORDER BY o.number LIMIT 1`,
    sentence: (r) => `Operation ${show(r.number)} (${show(r.kind)}) does not point at what it did.`,
  },
  {
    sql: `SELECT d.what, d.expected, d.journal FROM (
            SELECT 'purchases' AS what, (SELECT COUNT(*) FROM vehicles) AS expected,
              (SELECT COUNT(DISTINCT vehicleId) FROM operations WHERE kind = 'BUY_VEHICLE') AS journal
            UNION ALL SELECT 'sales', (SELECT COUNT(*) FROM sales),
              (SELECT COUNT(DISTINCT saleId) FROM operations WHERE kind = 'SELL_VEHICLE')
            UNION ALL SELECT 'reversed sales', (SELECT COUNT(*) FROM sales WHERE reversedAt IS NOT NULL),
              (SELECT COUNT(DISTINCT saleId) FROM operations WHERE kind = 'UNSELL_VEHICLE')
            UNION ALL SELECT 'confirmed payments',
              (SELECT COUNT(*) FROM payments WHERE status = 'CONFIRMED' AND kind IN ('DEPOSIT', 'WITHDRAWAL')),
              (SELECT COUNT(DISTINCT paymentId) FROM operations WHERE kind = 'CONFIRM_PAYMENT')
          ) d WHERE d.expected <> d.journal LIMIT 1`,
    sentence: (r) => `There are ${show(r.expected)} ${show(r.what)}, but ${show(r.journal)} of them in the operations.`,
  },
  {
    sql: `SELECT o.what, o.id FROM (
            SELECT 'Contribution' AS what, c.id FROM contributions c LEFT JOIN users u ON u.id = c.userId
              LEFT JOIN payments p ON p.id = c.paymentId WHERE u.id IS NULL OR p.id IS NULL
            UNION ALL SELECT 'Payment', p.id FROM payments p LEFT JOIN users u ON u.id = p.userId
              LEFT JOIN sales s ON s.id = p.saleId
              WHERE u.id IS NULL OR (p.saleId IS NOT NULL AND s.id IS NULL)
                 OR ((p.saleId IS NULL) = (p.kind IN ('INCOME', 'COMMISSION', 'REVERSAL')))
            UNION ALL SELECT 'Sale', s.id FROM sales s LEFT JOIN vehicles v ON v.id = s.vehicleId WHERE v.id IS NULL
            UNION ALL SELECT 'Operation', o.number FROM operations o LEFT JOIN users u ON u.id = o.actorId
              WHERE u.id IS NULL
          ) o ORDER BY o.what, o.id LIMIT 1`,
    sentence: (r) => `${show(r.what)} ${show(r.id)} points at a row that does not exist.`,
  },
];

/**
 * Checks the rules of the ledger against every row of that database, the live one or a restored copy.
 * @returns the first violation of each kind, in a sentence; empty where the ledger is sound
 */
export async function audit(query: Query): Promise<string[]> {
  const violations: string[] = [];
  for (const { sql, sentence } of CHECKS) {
    const [row] = await query(sql);
    if (row !== undefined) violations.push(sentence(row));
  }
  return violations;
}
