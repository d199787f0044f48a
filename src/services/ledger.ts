import type { EntityManager } from 'typeorm';
import { sqlErrno } from '../database/connection/errors';
import type { Cents } from '../values/money';
import { WHOLE, type Ppm } from '../values/percentage';
import { badInput } from './errors';

/*
 * The ledger's bookings, set-based: each takes a fixed number of statements, whatever the number of members.
 * They run inside a critical operation, under the pool's lock.
 *
 * Amounts travel as decimal texts; each is cast before arithmetic, since SQL would turn a text into a float.
 */

/** Who booked, and when. */
interface Booking {
  actorId: number;
  at: Date;
}

/**
 * Largest remainder in SQL: splits `total` (an SQL expression of at most 30 digits) by the weights of `claims` (a
 * query of id and weight > 0), as splitByWeight does: rows of id and part. Exact: whole numbers in DECIMAL alone.
 */
export const split = (total: string, claims: string): string => `
  SELECT q.id, q.base + IF(ROW_NUMBER() OVER (ORDER BY q.remainder DESC, q.id) <= q.total - SUM(q.base) OVER (), 1, 0) AS part
  FROM (
    SELECT c.id, t.total,
           (CAST(c.weight AS DECIMAL(30,0)) * t.total) DIV t.weights AS base,
           (CAST(c.weight AS DECIMAL(30,0)) * t.total) MOD t.weights AS remainder
    FROM (${claims}) c
    CROSS JOIN (SELECT ${total} AS total, CAST(SUM(w.weight) AS DECIMAL(30,0)) AS weights FROM (${claims}) w) t
  ) q`;

/** Everybody's share, by an SQL expression of the balance. */
const sharesBy = (balance: string): string =>
  split(
    `CAST(${WHOLE} AS DECIMAL(30,0))`,
    `SELECT id, ${balance} AS weight FROM users WHERE role IN ('OPERATOR', 'INVESTOR') AND ${balance} > 0`,
  );
/** What each member receives of a sale's profit, of which the parameter is the members' part. */
const INCOMES = `(${split(
  'CAST(? AS DECIMAL(30,0))',
  `SELECT id, percentage AS weight FROM users WHERE percentage > 0`,
)}) s`;
const IS_PAID = 's.part > 0';

/** What a booking would do to a member. */
export interface MemberPreview {
  userId: number;
  amount: Cents;
  balanceBefore: Cents;
  balance: Cents;
  percentageBefore: Ppm;
  percentage: Ppm;
}

/** What `bookProfit` would pay to the members, by the same SQL. @param part the members' part of the profit, in cents */
export async function previewProfit(ledger: EntityManager, part: Cents): Promise<MemberPreview[]> {
  return preview(
    ledger,
    `SELECT u.id AS userId, s.part AS amount, u.balance AS balanceBefore, u.balance + s.part AS balance,
            u.percentage AS percentageBefore, u.percentage
     FROM ${INCOMES} JOIN users u ON u.id = s.id WHERE ${IS_PAID} ORDER BY u.id`,
    [part.toString()],
  );
}

/** The lines that `bookConfirmation` would write, by the same split of shares. */
export async function previewShares(
  ledger: EntityManager,
  { userId, amount }: { userId: number; amount: Cents },
): Promise<MemberPreview[]> {
  const change = 'IF(id = ?, CAST(? AS SIGNED), 0)';
  const shares = sharesBy(`(balance + ${change})`);
  const ofPayer = [userId, amount.toString()];
  return preview(
    ledger,
    `SELECT u.id AS userId, ${change.replace('id', 'u.id')} AS amount, u.balance AS balanceBefore,
            u.balance + ${change.replace('id', 'u.id')} AS balance,
            u.percentage AS percentageBefore, COALESCE(s.part, 0) AS percentage
     FROM users u LEFT JOIN (${shares}) s ON s.id = u.id WHERE u.memberSince IS NOT NULL OR u.id = ? ORDER BY u.id`,
    [...ofPayer, ...ofPayer, ...Array.from({ length: shares.split('?').length - 1 }, (_, i) => ofPayer[i % 2]), userId],
  );
}

async function preview(ledger: EntityManager, sql: string, parameters: unknown[]): Promise<MemberPreview[]> {
  const rows = await withinRange(() => ledger.query<Record<string, string | number>[]>(sql, parameters));
  return rows.map((row) => ({
    userId: Number(row.userId),
    amount: BigInt(row.amount ?? 0),
    balanceBefore: BigInt(row.balanceBefore ?? 0),
    balance: BigInt(row.balance ?? 0),
    percentageBefore: Number(row.percentageBefore),
    percentage: Number(row.percentage),
  }));
}

/**
 * Books a sale's positive profit: the commission to the company, the rest to the members by the shares in force.
 * @returns what the members received, in cents: `profit - commission`, or 0 where nobody held a share
 */
export async function bookProfit(
  ledger: EntityManager,
  saleId: number,
  profit: Cents,
  commission: Cents,
  { actorId, at }: Booking,
): Promise<Cents> {
  const investorsPart = profit - commission;
  await book(
    ledger,
    `INSERT INTO payments (userId, kind, status, amount, saleId, createdAt, confirmedAt, confirmedById)
     SELECT id, 'COMMISSION', 'CONFIRMED', ?, ?, ?, ?, ? FROM users WHERE role = 'COMPANY'`,
    [commission.toString(), saleId, at, at, actorId],
  );
  const { affectedRows } = await book(
    ledger,
    `INSERT INTO payments (userId, kind, status, amount, saleId, createdAt, confirmedAt, confirmedById)
     SELECT s.id, 'INCOME', 'CONFIRMED', s.part, ?, ?, ?, ? FROM ${INCOMES} WHERE ${IS_PAID} ORDER BY s.id`,
    [saleId, at, at, actorId, investorsPart.toString()],
  );
  await applyPayments(ledger, saleId, ['COMMISSION', 'INCOME'], at);
  return affectedRows > 0 ? investorsPart : 0n;
}

/** Books the opposite of each payment of a sale, and marks the originals as reversed. Shares stay. */
export async function reverseProfit(ledger: EntityManager, saleId: number, { actorId, at }: Booking): Promise<void> {
  await book(
    ledger,
    `INSERT INTO payments (userId, kind, status, amount, saleId, reversesId, createdAt, confirmedAt, confirmedById)
     SELECT userId, 'REVERSAL', 'CONFIRMED', -amount, saleId, id, ?, ?, ? FROM payments
     WHERE saleId = ? AND kind IN ('COMMISSION', 'INCOME') ORDER BY id`,
    [at, at, actorId, saleId],
  );
  await book(ledger, `UPDATE payments SET status = 'REVERSED' WHERE saleId = ? AND kind IN ('COMMISSION', 'INCOME')`, [
    saleId,
  ]);
  await applyPayments(ledger, saleId, ['REVERSAL'], at);
}

/**
 * Contributions, the most numerous rows, go in without the foreign keys being looked up, a quarter of the work: this
 * transaction holds the lock of each user and payment that they point at. In MariaDB's words and in MySQL's.
 */
const INSERT_CONTRIBUTIONS = `/*M! SET STATEMENT foreign_key_checks = 0 FOR */
  INSERT /*+ SET_VAR(foreign_key_checks = OFF) */ INTO contributions`;

/** Error numbers of a sum that does not fit into a BIGINT. */
const OUT_OF_RANGE = new Set([1264, 1690]);

/** Runs one booking statement. @throws Refusal BAD_USER_INPUT where a balance would pass what a column can hold */
function book(ledger: EntityManager, sql: string, parameters: unknown[] = []): Promise<{ affectedRows: number }> {
  return withinRange(() => ledger.query<{ affectedRows: number }>(sql, parameters));
}

async function withinRange<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!OUT_OF_RANGE.has(sqlErrno(error) ?? 0)) throw error;
    throw badInput('This would take the balance of an account beyond 92233720368547758.07, the most it can hold.');
  }
}

/** Brings a sale's payments of those kinds to the balances, with one contribution each. */
async function applyPayments(ledger: EntityManager, saleId: number, kinds: string[], at: Date): Promise<void> {
  await book(
    ledger,
    `UPDATE users u JOIN payments p ON p.userId = u.id SET u.balance = u.balance + p.amount
     WHERE p.saleId = ? AND p.kind IN (?)`,
    [saleId, kinds],
  );
  await book(
    ledger,
    `${INSERT_CONTRIBUTIONS} (userId, paymentId, amount, balance, percentage, createdAt)
     SELECT u.id, p.id, p.amount, u.balance, u.percentage, ? FROM payments p JOIN users u ON u.id = p.userId
     WHERE p.saleId = ? AND p.kind IN (?) ORDER BY p.id`,
    [at, saleId, kinds],
  );
}

/**
 * Books a deposit or withdrawal: the payer's balance, everybody's share, and one contribution for every member who
 * ever held one, the payer included.
 */
export async function bookConfirmation(
  ledger: EntityManager,
  payment: { id: number; userId: number; amount: Cents },
  { actorId, at }: Booking,
): Promise<void> {
  await book(
    ledger,
    `UPDATE payments p JOIN users u ON u.id = p.userId
     SET p.status = 'CONFIRMED', p.confirmedAt = ?, p.confirmedById = ?,
         u.balance = u.balance + p.amount, u.memberSince = COALESCE(u.memberSince, ?)
     WHERE p.id = ?`,
    [at, actorId, at, payment.id],
  );
  // LEFT JOIN: a member without a positive balance, and everybody where no balance is positive, holds no share.
  await book(
    ledger,
    `UPDATE users u LEFT JOIN (${sharesBy('balance')}) s ON s.id = u.id SET u.percentage = COALESCE(s.part, 0)
     WHERE u.memberSince IS NOT NULL AND u.percentage <> COALESCE(s.part, 0)`,
  );
  await book(
    ledger,
    `${INSERT_CONTRIBUTIONS} (userId, paymentId, amount, balance, percentage, createdAt)
     SELECT id, ?, IF(id = ?, CAST(? AS SIGNED), 0), balance, percentage, ? FROM users
     WHERE memberSince IS NOT NULL ORDER BY id`,
    [payment.id, payment.userId, payment.amount.toString(), at],
  );
}

/** The company's part of a profit, rounded down to the cent. Nothing of a loss. */
export function commissionOf(profit: Cents, rate: Ppm): Cents {
  return profit > 0n ? (profit * BigInt(rate)) / BigInt(WHOLE) : 0n;
}
