import type { Check } from './check';

const BOOKED = `('CONFIRMED', 'REVERSED')`;

/** Each payment by itself, and each reversal against what it reverses. */
export const paymentChecks: readonly Check[] = [
  {
    sql: `SELECT p.id, p.kind, p.status, p.amount, u.role FROM payments p JOIN users u ON u.id = p.userId
          WHERE NOT CASE p.kind
            WHEN 'DEPOSIT' THEN p.amount > 0 AND p.status <> 'REVERSED' AND u.role IN ('OPERATOR', 'INVESTOR')
            WHEN 'WITHDRAWAL' THEN p.amount < 0 AND p.status <> 'REVERSED' AND u.role IN ('OPERATOR', 'INVESTOR')
            WHEN 'INCOME' THEN p.amount > 0 AND p.status IN ${BOOKED} AND u.role IN ('OPERATOR', 'INVESTOR')
            WHEN 'COMMISSION' THEN p.amount >= 0 AND p.status IN ${BOOKED} AND u.role = 'COMPANY'
            ELSE p.amount <= 0 AND p.status = 'CONFIRMED' END
          ORDER BY p.id`,
    sentence: (r) =>
      `Payment ${r.id} is a ${r.status} ${r.kind} of ${r.amount} cents for an account that is ${r.role}, which cannot be.`,
  },
  {
    sql: `SELECT id, kind, status FROM payments
          WHERE (saleId IS NULL) <> (kind IN ('DEPOSIT', 'WITHDRAWAL'))
             OR (requestedById IS NULL) <> (saleId IS NOT NULL)
             OR (reversesId IS NULL) <> (kind <> 'REVERSAL')
             OR (confirmedAt IS NULL) <> (status NOT IN ${BOOKED}) OR (confirmedById IS NULL) <> (confirmedAt IS NULL)
             OR (rejectedAt IS NULL) <> (status <> 'REJECTED') OR (rejectedById IS NULL) <> (rejectedAt IS NULL)
          ORDER BY id`,
    sentence: (r) =>
      `Payment ${r.id} is a ${r.status} ${r.kind}, and its sale, its reversal, or who decided and when do not fit that.`,
  },
  {
    sql: `SELECT r.id FROM payments r LEFT JOIN payments p ON p.id = r.reversesId AND p.saleId = r.saleId
            AND p.userId = r.userId AND p.amount = -r.amount AND p.status = 'REVERSED' AND p.kind <> 'REVERSAL'
          WHERE r.kind = 'REVERSAL' AND p.id IS NULL ORDER BY r.id`,
    sentence: (r) => `Reversal ${r.id} does not mirror the payment that it reverses.`,
  },
  {
    sql: `SELECT p.id, p.status, COUNT(r.id) AS reversals FROM payments p LEFT JOIN payments r ON r.reversesId = p.id
          GROUP BY p.id HAVING COUNT(r.id) <> IF(p.status = 'REVERSED', 1, 0) ORDER BY p.id`,
    sentence: (r) => `Payment ${r.id} is ${r.status} and has ${r.reversals} reversals.`,
  },
];
