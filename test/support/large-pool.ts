import type { Query } from '../../src/database/connection/query';

/** How large a pool is that was filled by hand: its rows are many, and its books do not hold. */
export interface LargePool {
  members: number;
  sales: number;
}

/** So many at least, or a server reads them all sooner than an index. */
const ENOUGH = 3_000;

/** SQL that gives the whole numbers from 1 to n, in MariaDB's words and in MySQL's: at most a million. */
const numbers = (n: number): string => {
  const digits = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${DIGITS} ${name}`).join(' CROSS JOIN ');
  return `(SELECT n FROM (SELECT 1 + a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d + 100000 * f.d AS n FROM ${digits}) x WHERE n <= ${n})`;
};
const DIGITS = `(SELECT 0 AS d ${Array.from({ length: 9 }, (_, i) => `UNION ALL SELECT ${i + 1}`).join(' ')})`;

/**
 * Fills a new pool with that many members, and sales that each paid all of them: a payment and a contribution a member.
 * A few payments are of another kind or status.
 */
export async function fillPool(query: Query, { members, sales }: LargePool): Promise<void> {
  await query('SET foreign_key_checks = 0');
  await query(
    `INSERT INTO users (name, email, role, balance, percentage, memberSince, createdAt)
     SELECT CONCAT('Member ', n), CONCAT('member', n, '@example.com'), 'INVESTOR', 100000, 1, NOW(3), NOW(3) FROM ${numbers(members)} m`,
  );
  await query(
    `INSERT INTO users (name, email, role, createdAt)
     SELECT CONCAT('Operator ', n), CONCAT('operator', n, '@example.com'), 'OPERATOR', NOW(3) FROM ${numbers(ENOUGH)} o`,
  );
  const [row] = await query("SELECT MIN(id) AS first FROM users WHERE role = 'INVESTOR'");
  const first = Number(row?.first);
  await query(
    `INSERT INTO vehicles (id, title, cost, status, boughtAt, boughtById)
     SELECT n, CONCAT('Vehicle ', n), 100, IF(n % 50 = 0, 'FOR_SALE', 'SOLD'), '2024-01-01' + INTERVAL n MINUTE, 2
     FROM ${numbers(Math.max(sales, ENOUGH))} s`,
  );
  await query(
    `INSERT INTO sales (id, vehicleId, price, profit, commission, distributed, soldAt, soldById, daysHeld, reversedAt, commissionRate)
     SELECT n, n, 200, 100, 50, 50, '2024-02-01' + INTERVAL n MINUTE, 2, 31, IF(n % 50 = 0, NOW(3), NULL), 500000
     FROM ${numbers(Math.max(sales, ENOUGH))} s`,
  );
  for (let sale = 1; sale <= sales; sale += 1) {
    await query(
      `INSERT INTO payments (userId, kind, status, amount, saleId, createdAt, confirmedAt, confirmedById)
       SELECT id, 'INCOME', 'CONFIRMED', 1, ?, NOW(3), NOW(3), 2 FROM users WHERE role = 'INVESTOR' ORDER BY id`,
      [sale],
    );
    await query(
      `INSERT INTO contributions (userId, paymentId, amount, balance, percentage, createdAt)
       SELECT userId, id, 1, ?, 1, NOW(3) FROM payments WHERE saleId = ? ORDER BY id`,
      [sale, sale],
    );
  }
  await query(
    `UPDATE payments SET kind = ELT(1 + id % 4, 'DEPOSIT', 'WITHDRAWAL', 'COMMISSION', 'REVERSAL'),
                         status = ELT(1 + id % 3, 'PENDING', 'REJECTED', 'REVERSED')
     WHERE id % 997 = 0 OR (userId = ? AND id % 7 = 0)`,
    [first],
  );
  await query(
    `INSERT INTO operations (number, uid, kind, actorId, vehicleId, saleId, at)
     SELECT n, UUID(), 'SELL_VEHICLE', 2, n, n, NOW(3) FROM ${numbers(Math.max(sales, ENOUGH))} s`,
  );
  await query('UPDATE pool SET lastOperation = ?', [Math.max(sales, ENOUGH)]);
  await query('UPDATE change_counter SET operationsBefore = ?', [Math.max(sales, ENOUGH)]);
  await query(
    `INSERT INTO changes (number, uid, kind, actorId, actorName, subject, subjectId, at, hash)
     SELECT b.last + n, UUID(), IF(n % 500 = 0, 'setCommissionRate', ELT(1 + n % 3, 'buyVehicle', 'createUser', 'requestPayment')),
            2 + n % 2, 'Somebody', IF(n % 500 = 0, 'pool', ELT(1 + n % 3, 'vehicle', 'user', 'payment')), n,
            '2024-02-01' + INTERVAL n MINUTE, REPEAT('0', 64)
     FROM ${numbers(ENOUGH)} c CROSS JOIN (SELECT MAX(number) AS last FROM changes) b`,
  );
  await query('UPDATE change_counter SET lastChange = (SELECT MAX(number) FROM changes)');
  await query('SET foreign_key_checks = 1');
  await query('ANALYZE TABLE users, vehicles, sales, payments, contributions, operations, changes');
}
