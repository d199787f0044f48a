// The least that a script would send for the same rows: what GraphQL, the services and TypeORM are held against. It reads
// what has been committed, as the services do, and looks up as few foreign keys.
import { randomUUID } from 'node:crypto';

const ADMIN_ID = 2;

async function transaction(script, work) {
  await script.query('START TRANSACTION');
  const [{ insertId: number }] = await script.query(
    'UPDATE pool SET lastOperation = LAST_INSERT_ID(lastOperation + 1) WHERE id = 1',
  );
  await work(number);
  await script.query('COMMIT');
}

/** Every user and payment that a line points at is locked: there is nothing to look up. */
const INSERT_CONTRIBUTIONS = 'SET STATEMENT foreign_key_checks = 0 FOR INSERT INTO contributions';

const journal = (script, number, kind, { vehicleId = null, saleId = null, paymentId = null }) =>
  script.query(
    'INSERT INTO operations (number, uid, kind, actorId, vehicleId, saleId, paymentId, at) VALUES (?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3))',
    [number, randomUUID(), kind, ADMIN_ID, vehicleId, saleId, paymentId],
  );

async function bookPayer(script, paymentId) {
  const [[payment]] = await script.query('SELECT userId, amount FROM payments WHERE id = ? FOR UPDATE', [paymentId]);
  await script.query(
    "UPDATE payments SET status = 'CONFIRMED', confirmedAt = UTC_TIMESTAMP(3), confirmedById = ? WHERE id = ?",
    [ADMIN_ID, paymentId],
  );
  await script.query('UPDATE users SET balance = balance + ? WHERE id = ?', [payment.amount, payment.userId]);
  return payment;
}

/** Set-based: every member's share and one contribution each. */
export const confirm = (script, paymentId) =>
  transaction(script, async (number) => {
    const { userId, amount } = await bookPayer(script, paymentId);
    await script.query(`UPDATE users u JOIN (
        SELECT q.id, q.base + IF(ROW_NUMBER() OVER (ORDER BY q.rem DESC, q.id) <= 1000000 - SUM(q.base) OVER (), 1, 0) AS share
        FROM (SELECT x.id, x.num DIV t.total AS base, x.num MOD t.total AS rem
              FROM (SELECT id, CAST(balance AS DECIMAL(30,0)) * 1000000 AS num FROM users WHERE memberSince IS NOT NULL) x
              CROSS JOIN (SELECT CAST(SUM(balance) AS DECIMAL(30,0)) AS total FROM users WHERE memberSince IS NOT NULL) t) q
      ) s ON s.id = u.id SET u.percentage = s.share`);
    await script.query(
      `${INSERT_CONTRIBUTIONS} (userId, paymentId, amount, balance, percentage, createdAt)
       SELECT id, ?, IF(id = ?, ?, 0), balance, percentage, UTC_TIMESTAMP(3) FROM users WHERE memberSince IS NOT NULL ORDER BY id`,
      [paymentId, userId, amount],
    );
    await journal(script, number, 'CONFIRM_PAYMENT', { paymentId });
  });

export const sell = (script, vehicleId) =>
  transaction(script, async (number) => {
    const [[{ cost }]] = await script.query('SELECT cost FROM vehicles WHERE id = ?', [vehicleId]);
    const price = 90_000_000;
    const profit = price - cost;
    const commission = Math.floor(profit / 2);
    const [{ insertId: saleId }] = await script.query(
      `INSERT INTO sales (vehicleId, price, profit, commission, distributed, soldAt, soldById, daysHeld, commissionRate)
       VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(3), ?, 0, (SELECT commissionRate FROM pool))`,
      [vehicleId, price, profit, commission, profit - commission, ADMIN_ID],
    );
    await script.query(
      `INSERT INTO payments (userId, kind, status, amount, saleId, createdAt, confirmedAt, confirmedById)
       SELECT id, 'COMMISSION', 'CONFIRMED', ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), ? FROM users WHERE role = 'COMPANY'`,
      [commission, saleId, ADMIN_ID],
    );
    await script.query(
      `INSERT INTO payments (userId, kind, status, amount, saleId, createdAt, confirmedAt, confirmedById)
       SELECT s.id, 'INCOME', 'CONFIRMED', s.part, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), ? FROM (
         SELECT q.id, q.base + IF(ROW_NUMBER() OVER (ORDER BY q.rem DESC, q.id) <= ${profit - commission} - SUM(q.base) OVER (), 1, 0) AS part
         FROM (SELECT id, ${profit - commission} * percentage DIV 1000000 AS base, ${profit - commission} * percentage MOD 1000000 AS rem
               FROM users WHERE percentage > 0) q
       ) s WHERE s.part > 0 ORDER BY s.id`,
      [saleId, ADMIN_ID],
    );
    await script.query(
      'UPDATE users u JOIN payments p ON p.userId = u.id SET u.balance = u.balance + p.amount WHERE p.saleId = ?',
      [saleId],
    );
    await script.query(
      `${INSERT_CONTRIBUTIONS} (userId, paymentId, amount, balance, percentage, createdAt)
       SELECT u.id, p.id, p.amount, u.balance, u.percentage, UTC_TIMESTAMP(3)
       FROM payments p JOIN users u ON u.id = p.userId WHERE p.saleId = ? ORDER BY p.id`,
      [saleId],
    );
    await script.query("UPDATE vehicles SET status = 'SOLD' WHERE id = ?", [vehicleId]);
    await journal(script, number, 'SELL_VEHICLE', { vehicleId, saleId });
  });
