import type { DataSource, EntityManager } from 'typeorm';
import { type PaymentKind, Role } from '../entities/enums';
import { User } from '../entities/user';
import type { Cents } from '../values/money';
import type { Ppm } from '../values/percentage';
import { checkTimes } from './filters';
import { inSnapshot } from './transaction';
import { Turns } from './turns';

/** From is included, to is not, so that one statement ends where the next one begins. */
export interface Period {
  from: Date;
  to: Date;
}

/** One booking that changed the balance of the account or its share. */
interface Line {
  at: Date;
  /** Null where a confirmation for somebody else changed the share alone. */
  kind: PaymentKind | null;
  /** The account's own payment; null as the kind. */
  paymentId: number | null;
  /** In cents, with its sign. */
  amount: Cents;
  /** After this line, in cents. */
  balance: Cents;
  /** After this line, in ppm. */
  percentage: Ppm;
}

/** What happened to an account in a stretch of time. Amounts are cents with their signs, shares are ppm. */
export interface Statement extends Period {
  userId: number;
  opening: Cents;
  closing: Cents;
  openingPercentage: Ppm;
  closingPercentage: Ppm;
  deposits: Cents;
  withdrawals: Cents;
  incomes: Cents;
  commissions: Cents;
  reversals: Cents;
  /** Null where they were not asked for, or where the statements that were have more of them together than they may. */
  lines: Line[] | null;
}

/** So many lines have the statements of one list at most, of which each is a row of the answer. */
export const MOST_LINES = 5_000;

/** In ms. No booking that bears an older time is still under way. */
const RECENT_MS = 10 * 60_000;

/** In the order in which they are read. */
const SUMS = {
  deposits: 'DEPOSIT',
  withdrawals: 'WITHDRAWAL',
  incomes: 'INCOME',
  commissions: 'COMMISSION',
  reversals: 'REVERSAL',
} as const satisfies Record<string, `${PaymentKind}`>;

type Sums = Record<keyof typeof SUMS, Cents>;

/** Statements of accounts, computed from what was booked, never stored. */
export class StatementService {
  /** For a lock that may be waited for: one connection at most waits, the others stay with those who need no lock. */
  private readonly oneAtATime = new Turns(() => 1);

  constructor(private readonly dataSource: DataSource) {}

  /**
   * A statement for each of those accounts, in this order, from one moment's rows and in three statements for any number
   * of accounts.
   * @param mostLines of all of them together; null: lines are not read
   * @throws Refusal BAD_USER_INPUT with the field `from` or `to`
   */
  async ofUsers(
    ids: readonly number[],
    { from, to }: Period,
    mostLines: number | null = MOST_LINES,
  ): Promise<Statement[]> {
    checkTimes({ from, to }, ['from', 'to'], '');
    const age = Date.now() - to.getTime();
    // Of what is still to come, nothing is final yet.
    if (age >= 0 && age < RECENT_MS) await this.bookedBefore();
    const [sums, shares, rows] = await inSnapshot(this.dataSource, async (ledger) => [
      await sumsOf(ledger, ids, { from, to }),
      await sharesOf(ledger, ids, { from, to }),
      mostLines === null ? [] : await rowsOf(ledger, ids, { from, to }, mostLines + ids.length + 1),
    ]);
    const byOwner = new Map(ids.map((id) => [id, [] as Row[]]));
    for (const row of rows) byOwner.get(row.userId)?.push(row);
    const made = ids.map((userId) => {
      const { opening, ...moved } = sums.get(userId) ?? NOTHING;
      const closing = Object.values(moved).reduce((sum, amount) => sum + amount, opening);
      const { openingPercentage, closingPercentage } = shares.get(userId) ?? NO_SHARE;
      const start = { balance: opening, percentage: openingPercentage };
      const lines = linesOf(byOwner.get(userId) ?? [], start);
      return { userId, from, to, opening, ...moved, closing, openingPercentage, closingPercentage, lines };
    });
    const isWhole = mostLines !== null && made.reduce((sum, { lines }) => sum + lines.length, 0) <= mostLines;
    return isWhole ? made : made.map((statement) => ({ ...statement, lines: null }));
  }

  /**
   * Waits until what bears a time before this moment is committed. A booking takes its time under the lock of the pool's row,
   * and is seen by others later, at its commit: read in between, it would be in no statement's lines, and in the opening of
   * the next one. The lock is given back at once, and no other is held meanwhile.
   */
  private bookedBefore(): Promise<unknown> {
    const { manager } = this.dataSource;
    return this.oneAtATime.take(() => manager.query('SELECT id FROM pool WHERE id = 1 LOCK IN SHARE MODE'));
  }

  /** The account that receives the commission. @throws Error where it is missing, which the ledger check tells */
  async companyId(): Promise<number> {
    const { id } = await this.dataSource.manager.findOneByOrFail(User, { role: Role.COMPANY });
    return id;
  }
}

const NOTHING: Sums & { opening: Cents } = {
  opening: 0n,
  deposits: 0n,
  withdrawals: 0n,
  incomes: 0n,
  commissions: 0n,
  reversals: 0n,
};
const NO_SHARE = { openingPercentage: 0, closingPercentage: 0 };

/**
 * A balance is the sum of the account's booked payments, reversed ones and their reversals included: far fewer rows than
 * contributions, of which each confirmation adds one a member. Sums of BIGINT are DECIMAL: exact.
 */
async function sumsOf(
  ledger: EntityManager,
  ids: readonly number[],
  { from, to }: Period,
): Promise<Map<number, Sums & { opening: Cents }>> {
  const kinds = Object.entries(SUMS);
  const rows = await ledger.query<Record<string, string | number>[]>(
    `SELECT p.userId, SUM(IF(p.confirmedAt < ?, p.amount, 0)) AS opening,
            ${kinds.map(([name]) => `SUM(IF(p.confirmedAt >= ? AND p.kind = ?, p.amount, 0)) AS ${name}`).join(', ')}
     FROM payments p WHERE p.userId IN (?) AND p.confirmedAt < ? GROUP BY p.userId`,
    [from, ...kinds.flatMap(([, kind]) => [from, kind]), ids, to],
  );
  const cents = (row: Record<string, string | number>, name: string): Cents => BigInt(row[name] ?? 0);
  return new Map(
    rows.map((row) => [
      Number(row.userId),
      {
        opening: cents(row, 'opening'),
        deposits: cents(row, 'deposits'),
        withdrawals: cents(row, 'withdrawals'),
        incomes: cents(row, 'incomes'),
        commissions: cents(row, 'commissions'),
        reversals: cents(row, 'reversals'),
      },
    ]),
  );
}

/** The share that the newest line before each end of the period left. */
async function sharesOf(
  ledger: EntityManager,
  ids: readonly number[],
  { from, to }: Period,
): Promise<Map<number, typeof NO_SHARE>> {
  const before = `COALESCE((SELECT c.percentage FROM contributions c WHERE c.userId = u.id AND c.createdAt < ?
                           ORDER BY c.id DESC LIMIT 1), 0)`;
  const rows = await ledger.query<{ id: number; opening: string; closing: string }[]>(
    `SELECT u.id, ${before} AS opening, ${before} AS closing FROM users u WHERE u.id IN (?)`,
    [from, to, ids],
  );
  return new Map(
    rows.map(({ id, opening, closing }) => [
      id,
      { openingPercentage: Number(opening), closingPercentage: Number(closing) },
    ]),
  );
}

interface Row extends Pick<Line, 'at' | 'kind'> {
  userId: number;
  paymentId: string | null;
  amount: string;
  percentage: number;
}

/**
 * In the order in which they were booked. What a member may know of a payment of somebody else is that it was. What left the
 * share as the row before did is left out here already: each confirmation for anybody adds a row to every account, and they
 * would use up the limit. The first row of an account has none before it, so there may be one too many for each.
 */
function rowsOf(ledger: EntityManager, ids: readonly number[], { from, to }: Period, limit: number): Promise<Row[]> {
  return ledger.query<Row[]>(
    `SELECT r.userId, r.at, r.kind, r.paymentId, r.amount, r.percentage
     FROM (SELECT c.id, c.userId, c.createdAt AS at, IF(p.userId = c.userId, p.kind, NULL) AS kind,
                  IF(p.userId = c.userId, p.id, NULL) AS paymentId, c.amount, c.percentage,
                  LAG(c.percentage) OVER (PARTITION BY c.userId ORDER BY c.id) AS shareBefore
           FROM contributions c JOIN payments p ON p.id = c.paymentId
           WHERE c.userId IN (?) AND c.createdAt >= ? AND c.createdAt < ?) r
     WHERE r.kind IS NOT NULL OR r.shareBefore IS NULL OR r.percentage <> r.shareBefore
     ORDER BY r.userId, r.id LIMIT ${limit}`,
    [ids, from, to],
  );
}

/** Left out is what left everything as it was: a confirmation for somebody else that did not move this account's share. */
function linesOf(rows: readonly Row[], start: Pick<Line, 'balance' | 'percentage'>): Line[] {
  const lines: Line[] = [];
  let { balance, percentage } = start;
  for (const { at, kind, paymentId, amount, percentage: share } of rows) {
    balance += BigInt(amount);
    if (kind === null && share === percentage) continue;
    percentage = share;
    const own = paymentId === null ? null : Number(paymentId);
    lines.push({ at, kind, paymentId: own, amount: BigInt(amount), balance, percentage });
  }
  return lines;
}
