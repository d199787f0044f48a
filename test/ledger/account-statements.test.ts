import { fc } from '../support/random';
import { Role } from '../../src/entities/enums';
import { Refusal } from '../../src/services/errors';
import { type Statement, StatementService } from '../../src/services/statement-service';
import { createLedger, type LedgerUnderTest } from '../support/ledger';
import { waitFor } from '../support/wait';
import { History, steps } from './history';
import { Model } from './model';

const { INVESTOR, OPERATOR } = Role;
const BEGIN = new Date('1900-01-01T00:00:00.000Z');
const END = new Date('9999-12-31T23:59:59.999Z');
const MANY = 1_000_000;

/** Whatever was booked and whatever the periods: statements agree with the ledger to the cent, and chain. */
describe('statements over a random history', () => {
  let ledger: LedgerUnderTest;
  let history: History;
  let statements: StatementService;
  let accounts: Model['members'];
  let ids: number[];

  beforeAll(async () => {
    ledger = await createLedger({ roles: [OPERATOR, INVESTOR, INVESTOR, INVESTOR] });
    history = new History(ledger, new Model([2, 3, 4, 5], 500_000n));
    const [list = []] = fc.sample(steps({ minLength: 80, maxLength: 80 }), 1);
    for (const step of list) await history.take(step);
    statements = new StatementService(ledger.dataSource);
    accounts = [history.model.company, ...history.model.members];
    ids = accounts.map(({ id }) => id);
  }, 120_000);
  afterAll(() => ledger.close());

  async function one(id: number, from: Date, to: Date): Promise<Statement> {
    const [statement] = await statements.ofUsers([id], { from, to }, MANY);
    if (statement === undefined) throw new Error('there is no statement');
    return statement;
  }

  /** Straight from the lines of the ledger. */
  async function changeBetween(id: number, from: Date, to: Date, kind?: string): Promise<bigint> {
    const [row] = await ledger.query(
      `SELECT COALESCE(SUM(c.amount), 0) AS sum FROM contributions c JOIN payments p ON p.id = c.paymentId
       WHERE c.userId = ? AND c.createdAt >= ? AND c.createdAt < ? ${kind === undefined ? '' : 'AND p.kind = ?'}`,
      [id, from, to, kind],
    );
    return BigInt(String(row?.sum));
  }

  test('the whole history is every line that moved the balance or the share', async () => {
    for (const { id, balance, share, history: lines } of accounts) {
      const whole = await one(id, BEGIN, END);
      expect(whole).toMatchObject({
        opening: 0n,
        openingPercentage: 0,
        closing: balance,
        closingPercentage: Number(share),
      });
      const moved = lines.filter(
        ({ amount, kind, share: now }, i) =>
          amount !== 0n || !['DEPOSIT', 'WITHDRAWAL'].includes(kind) || now !== (lines[i - 1]?.share ?? 0n),
      );
      const told = whole.lines?.map((line) => [line.amount, line.balance, line.percentage].join(' '));
      expect(told).toEqual(moved.map((line) => [line.amount, line.balance, line.share].join(' ')));
      // The kind of what was booked for somebody else is theirs.
      expect(whole.lines?.map(({ kind }) => kind)).toEqual(
        moved.map(({ kind, amount }) => (amount === 0n && ['DEPOSIT', 'WITHDRAWAL'].includes(kind) ? null : kind)),
      );
    }
  });

  /** The times of what was booked, and random ones, some of them before others that were booked earlier. */
  async function scatterTimes(): Promise<void> {
    await ledger.query(
      `UPDATE payments SET confirmedAt = '2024-01-01' + INTERVAL FLOOR(RAND() * 1000) HOUR WHERE confirmedAt IS NOT NULL`,
    );
    await ledger.query('UPDATE contributions c JOIN payments p ON p.id = c.paymentId SET c.createdAt = p.confirmedAt');
  }

  test('consecutive ones chain, add up, and end at the balance, also where a clock went back', async () => {
    const booked = (await ledger.query('SELECT DISTINCT createdAt AS at FROM contributions')).map(({ at }) =>
      Number(at),
    );
    // Between bookings, and at the very moment of one.
    const real = fc.oneof(
      fc.constantFrom(...booked),
      fc.integer({ min: Math.min(...booked), max: Math.max(...booked) + 1 }),
    );
    const scattered = fc
      .integer({ min: 0, max: 1000 })
      .map((hour) => Date.parse('2024-01-01T00:00:00Z') + hour * 3_600_000);
    for (const time of [real, scattered]) {
      await fc.assert(
        fc.asyncProperty(fc.array(time, { maxLength: 6 }), async (cuts) => {
          const between = [...cuts].sort((a, b) => a - b).map((cut) => new Date(cut));
          const times = [BEGIN, ...between, END];
          const chains = [];
          for (const [i, to] of times.slice(1).entries())
            chains.push(await statements.ofUsers(ids, { from: times[i] ?? BEGIN, to }, MANY));
          for (const [at, { id, balance, share }] of accounts.entries()) {
            let before = { closing: 0n, closingPercentage: 0 };
            for (const chain of chains) {
              const statement = chain[at];
              if (statement === undefined) throw new Error('there is no statement');
              expect(statement.userId).toBe(id);
              expect([statement.opening, statement.openingPercentage]).toEqual([
                before.closing,
                before.closingPercentage,
              ]);
              await addsUp(statement);
              const { lines, openingPercentage, closingPercentage } = statement;
              // The newest booking is the last one of its period unless a clock went back.
              if (time === real) expect(lines?.at(-1)?.percentage ?? openingPercentage).toBe(closingPercentage);
              before = statement;
            }
            expect([before.closing, before.closingPercentage]).toEqual([balance, Number(share)]);
          }
        }),
        { numRuns: 6 },
      );
      await scatterTimes();
    }
  }, 120_000);

  async function addsUp(statement: Statement): Promise<void> {
    const { userId, from, to, opening, closing, lines } = statement;
    const { deposits, withdrawals, incomes, commissions, reversals } = statement;
    expect(opening + deposits + withdrawals + incomes + commissions + reversals).toBe(closing);
    expect((lines ?? []).reduce((sum, { amount }) => sum + amount, opening)).toBe(closing);
    expect(lines?.at(-1)?.balance ?? opening).toBe(closing);
    expect(closing - opening).toBe(await changeBetween(userId, from, to));
    expect(deposits).toBe(await changeBetween(userId, from, to, 'DEPOSIT'));
    expect(reversals).toBe(await changeBetween(userId, from, to, 'REVERSAL'));
  }

  test.each([
    ['a from after to', '2026-02-01T00:00:00Z', '2026-01-01T00:00:00Z', 'to'],
    ['a from that no database holds', '1899-12-31T23:59:59Z', '2026-01-01T00:00:00Z', 'from'],
    ['a to that no database holds', '2026-01-01T00:00:00Z', '+010000-01-01T00:00:00Z', 'to'],
  ])('%s is refused by name', async (_what, from, to, field) => {
    const refusal = await statements
      .ofUsers(ids, { from: new Date(from), to: new Date(to) })
      .catch((error: unknown) => error as Refusal);
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', details: { field } });
  });

  test('confirmations for others that moved no share count for nothing', async () => {
    const own = await createLedger({ roles: [INVESTOR, INVESTOR, INVESTOR] });
    try {
      for (const amount of [1000n, -1000n]) await own.move(2, amount);
      // A row each for the account that left, and none of them a line.
      for (let i = 0; i < 4; i += 1) await own.move(3, 1000n);
      const rows = await own.query('SELECT id FROM contributions WHERE userId = 2');
      expect(rows).toHaveLength(6);
      const service = new StatementService(own.dataSource);
      const linesWithin = async (most: number): Promise<(number | undefined)[]> =>
        (await service.ofUsers([2, 3], { from: BEGIN, to: END }, most)).map(({ lines }) => lines?.length);
      expect(await linesWithin(6)).toEqual([2, 4]);
      expect(await linesWithin(5)).toEqual([undefined, undefined]);
    } finally {
      await own.close();
    }
  });

  test('a statement up to now waits for a booking under way, and the next one opens where it closed', async () => {
    const own = await createLedger({ roles: [OPERATOR, INVESTOR] });
    const holder = own.dataSource.createQueryRunner();
    const runs = async (what: string): Promise<boolean> =>
      (
        await own.query(
          `SELECT id FROM information_schema.PROCESSLIST
           WHERE db = DATABASE() AND id <> CONNECTION_ID() AND info LIKE ?`,
          [what],
        )
      ).length > 0;
    try {
      const payment = await own.requestMove(3, 1000n);
      await holder.startTransaction();
      await holder.query('SELECT id FROM payments WHERE id = ? FOR UPDATE', [payment]);
      const booking = own.payments.confirm(own.actor, payment);
      // It has taken its time by then.
      await waitFor('the booking to wait for the payment', () => runs('%payments%FOR UPDATE%'));
      const to = new Date(Date.now() + 1);
      await waitFor('that time to be over', () => Promise.resolve(Date.now() > to.getTime()));

      let isAnswered = false;
      const service = new StatementService(own.dataSource);
      const asked = service.ofUsers([3], { from: BEGIN, to }).finally(() => (isAnswered = true));
      await waitFor('the statement to wait', async () => isAnswered || (await runs('%pool%SHARE MODE%')));
      await holder.rollbackTransaction();
      await booking;
      const [before] = await asked;
      const [after] = await service.ofUsers([3], { from: to, to: END });
      // A try that the server broke off is booked at the time of the next one: then it is of the next statement.
      const [{ at } = {}] = await own.query('SELECT confirmedAt AS at FROM payments WHERE id = ?', [payment]);
      const cents = Number(at) < to.getTime() ? 1000n : 0n;
      expect(before).toMatchObject({ closing: cents, deposits: cents });
      expect([after?.opening, after?.openingPercentage]).toEqual([before?.closing, before?.closingPercentage]);
    } finally {
      await holder.release();
      await own.close();
    }
  });

  test('an empty period is one, and more lines than may be are told as such', async () => {
    const empty = await one(2, END, END);
    expect([empty.opening, empty.lines]).toEqual([empty.closing, []]);
    // A random history may leave one member without a line, and not all of them.
    const wholes = await statements.ofUsers(ids, { from: BEGIN, to: END }, MANY);
    const count = ({ lines }: Statement): number => lines?.length ?? 0;
    const whole = wholes.reduce((most, one) => (count(one) > count(most) ? one : most));
    expect(count(whole)).toBeGreaterThan(1);
    const [short] = await statements.ofUsers([whole.userId], { from: BEGIN, to: END }, 1);
    expect(short?.lines).toBeNull();
    expect(short?.closing).toBe(whole.closing);
  });
});
