import type { Check } from './check';

/** What each sale says, what it paid, and what became of the vehicle. */
export const saleChecks: readonly Check[] = [
  {
    since: 'FactsOfThePool1764288000000',
    // Before the first start after that migration there is neither a currency nor a rate.
    sql: `SELECT s.id, s.profit, s.commission, COALESCE(s.commissionRate, 'no') AS rate FROM sales s CROSS JOIN pool p
          WHERE s.commissionRate > 1000000 OR (s.commissionRate IS NULL) <> (p.currency IS NULL)
             OR s.commission <> IF(s.profit > 0, CAST(s.profit AS DECIMAL(30,0)) * s.commissionRate DIV 1000000, 0)
          ORDER BY s.id`,
    sentence: (r) =>
      `Sale ${r.id} has a commission of ${r.commission} cents, which ${r.rate} ppm of a profit of ${r.profit} cents are not.`,
  },
  {
    since: 'FactsOfThePool1764288000000',
    sql: `SELECT COALESCE(p.commissionRate, 'no') AS rate, COALESCE(r.rate, 'no') AS newest FROM pool p
          LEFT JOIN commission_rates r ON r.id = (SELECT MAX(id) FROM commission_rates)
          WHERE NOT (p.commissionRate <=> r.rate)`,
    sentence: (r) => `The commission rate of the pool is ${r.rate} ppm, but ${r.newest} ppm were set last.`,
  },
  {
    sql: `SELECT s.id, s.price, v.cost, s.profit FROM sales s JOIN vehicles v ON v.id = s.vehicleId
          WHERE s.profit <> s.price - v.cost OR s.price <= 0 OR v.cost <= 0 ORDER BY s.id`,
    sentence: (r) =>
      `Sale ${r.id} has a profit of ${r.profit} cents, but a price of ${r.price} and a cost of ${r.cost}.`,
  },
  {
    sql: `SELECT s.id, s.daysHeld FROM sales s JOIN vehicles v ON v.id = s.vehicleId
          WHERE s.soldAt < v.boughtAt OR s.daysHeld <> TIMESTAMPDIFF(DAY, v.boughtAt, s.soldAt)
             OR (s.reversedAt IS NULL) <> (s.reversedById IS NULL)
             OR (s.reversedAt IS NULL AND s.reversalReason IS NOT NULL) ORDER BY s.id`,
    sentence: (r) =>
      `Sale ${r.id} says ${r.daysHeld} days held, which does not fit its times, or who reversed it is missing.`,
  },
  {
    sql: `SELECT id, profit, commission, distributed FROM sales
          WHERE IF(profit > 0, commission < 0 OR commission > profit OR distributed NOT IN (0, profit - commission),
                               commission <> 0 OR distributed <> 0) ORDER BY id`,
    sentence: (r) => `Sale ${r.id} splits a profit of ${r.profit} cents into ${r.commission} and ${r.distributed}.`,
  },
  {
    sql: `SELECT s.id, s.commission, s.distributed, COALESCE(p.commissions, 0) AS commissions,
                 COALESCE(p.commission, 0) AS paidCommission, COALESCE(p.income, 0) AS paidIncome
          FROM sales s LEFT JOIN (SELECT saleId, SUM(IF(kind = 'COMMISSION', amount, 0)) AS commission,
                                         SUM(IF(kind = 'INCOME', amount, 0)) AS income,
                                         SUM(kind = 'COMMISSION') AS commissions
                                  FROM payments WHERE saleId IS NOT NULL GROUP BY saleId) p ON p.saleId = s.id
          WHERE s.commission <> COALESCE(p.commission, 0) OR s.distributed <> COALESCE(p.income, 0)
             OR COALESCE(p.commissions, 0) <> IF(s.profit > 0, 1, 0) ORDER BY s.id`,
    sentence: (r) =>
      `Sale ${r.id} says ${r.commission} + ${r.distributed} cents, but its payments are ${r.paidCommission} in ${r.commissions} commissions + ${r.paidIncome}.`,
  },
  {
    // In this order whatever the statistics say: those of a copy that was just restored say nothing.
    sql: `SELECT STRAIGHT_JOIN p.id, p.amount, c.percentage, p.saleId FROM sales s
          JOIN payments p ON p.saleId = s.id JOIN contributions c ON c.paymentId = p.id AND c.userId = p.userId
          WHERE p.kind = 'INCOME'
            AND (CAST(s.profit - s.commission AS DECIMAL(30,0)) * c.percentage - CAST(p.amount AS DECIMAL(30,0)) * 1000000)
                NOT BETWEEN -999999 AND 999999 ORDER BY p.id`,
    sentence: (r) =>
      `Income ${r.id} of ${r.amount} cents is not the part that ${r.percentage} ppm have in sale ${r.saleId}.`,
  },
  {
    // Nothing may be distributed only where the confirmation before the sale left nobody with a share.
    sql: `SELECT s.id, s.profit - s.commission AS part FROM sales s
          JOIN operations o ON o.saleId = s.id AND o.kind = 'SELL_VEHICLE'
          WHERE s.distributed = 0 AND s.profit > s.commission AND EXISTS (
            SELECT 1 FROM contributions c WHERE c.percentage > 0 AND c.paymentId = (
              SELECT b.paymentId FROM operations b WHERE b.kind = 'CONFIRM_PAYMENT' AND b.number < o.number
              ORDER BY b.number DESC LIMIT 1)) ORDER BY s.id`,
    sentence: (r) => `Sale ${r.id} distributed nothing of ${r.part} cents, though members held shares.`,
  },
  {
    sql: `SELECT s.id, COUNT(p.id) AS payments, SUM(p.status = 'REVERSED') AS reversed FROM sales s
          JOIN payments p ON p.saleId = s.id AND p.kind IN ('COMMISSION', 'INCOME')
          GROUP BY s.id, s.reversedAt
          HAVING SUM(p.status = 'REVERSED') <> IF(s.reversedAt IS NULL, 0, COUNT(p.id)) ORDER BY s.id`,
    sentence: (r) =>
      `Sale ${r.id} has ${r.payments} payments of which ${r.reversed} are reversed, which does not fit whether it was.`,
  },
  {
    sql: `SELECT v.id, v.status, COUNT(s.id) AS inForce FROM vehicles v
          LEFT JOIN sales s ON s.vehicleId = v.id AND s.reversedAt IS NULL GROUP BY v.id
          HAVING COUNT(s.id) <> IF(v.status = 'SOLD', 1, 0) ORDER BY v.id`,
    sentence: (r) => `Vehicle ${r.id} is ${r.status} and has ${r.inForce} sales in force.`,
  },
  {
    since: 'UndonePurchases1796047200000',
    sql: `SELECT id, status, COALESCE(cancelledAt, 'never') AS undone, COALESCE(cancelledById, 'nobody') AS who FROM vehicles
          WHERE IF(status = 'CANCELLED', counts IS NOT NULL OR cancelledAt IS NULL OR cancelledById IS NULL,
                   NOT counts <=> 1 OR cancelledAt IS NOT NULL OR cancelledById IS NOT NULL) ORDER BY id`,
    sentence: (r) =>
      `Vehicle ${r.id} is ${r.status}, but its purchase was undone ${r.undone}, by ${r.who}, or its VIN does not count as that says.`,
  },
];
