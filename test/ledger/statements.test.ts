import type { Logger } from 'typeorm';
import { Role } from '../../src/entities/enums';
import { Refusal } from '../../src/services/errors';
import { addAccounts, createLedger, type LedgerUnderTest } from '../support/ledger';
import { OPERATIONS } from './operations-under-test';

const { OPERATOR, INVESTOR } = Role;
const MAX_CENTS = 999_999_999_999_999n;
const MAX_BIGINT = 2n ** 63n - 1n;

/** Remembers the statements that are sent. */
class StatementLog implements Partial<Logger> {
  readonly statements: string[] = [];

  logQuery(sql: string): void {
    this.statements.push(sql.trim().split(/\s+/).slice(0, 3).join(' '));
  }

  logQueryError(): void {
    // The test sees the error itself.
  }

  log(): void {
    // Nothing that counts.
  }
}

describe('operations', () => {
  let ledger: LedgerUnderTest;
  const log = new StatementLog();

  beforeEach(async () => {
    ledger = await createLedger({ roles: [OPERATOR, INVESTOR, INVESTOR], logger: log as unknown as Logger });
    for (const member of [2, 3, 4]) await ledger.move(member, 100_000n);
  });
  afterEach(() => ledger.close());

  const statementsOfAll = async (): Promise<string[][]> => {
    const all: string[][] = [];
    for (const operation of OPERATIONS) {
      const id = await operation.prepare(ledger);
      log.statements.length = 0;
      await operation.run(ledger, id);
      all.push([...log.statements]);
    }
    return all;
  };

  test('send the same statements whatever the number of members', async () => {
    const few = await statementsOfAll();
    await addAccounts(ledger.query, Array<Role>(2_000).fill(INVESTOR));
    await ledger.query("UPDATE users SET memberSince = NOW(3), balance = balance + id WHERE role = 'INVESTOR'");
    await ledger.move(3, 1n);
    const [row] = await ledger.query('SELECT COUNT(*) AS n FROM users WHERE percentage > 0');
    expect(Number(row?.n)).toBe(2_003);

    expect(await statementsOfAll()).toEqual(few);
    expect(few.map(({ length }) => length)).toEqual([9, 16, 15, 12, 11]);
  });

  const refusalOf = async (request: Promise<unknown>): Promise<Refusal> => {
    const answer = await request.catch((error: unknown) => error);
    if (!(answer instanceof Refusal)) throw new Error(`expected a refusal, got ${String(answer)}`);
    return answer;
  };
  const counts = (): Promise<unknown> =>
    ledger.query(
      `SELECT (SELECT COUNT(*) FROM operations) AS o, (SELECT COUNT(*) FROM contributions) AS c,
              (SELECT COUNT(*) FROM sales) AS s, (SELECT lastOperation FROM pool) AS l`,
    );

  test('take amounts at the limit, exactly', async () => {
    await ledger.move(2, MAX_CENTS);
    await ledger.move(3, MAX_CENTS);
    const { vehicles, actor } = ledger;
    const { id } = await vehicles.buy(actor, { title: 'A car', cost: 1n });
    await vehicles.sell(actor, { vehicleId: String(id), price: MAX_CENTS });
    expect(await ledger.check()).toEqual([]);
    const [sale] = await vehicles.salesOf([id]);
    expect(sale).toMatchObject({
      profit: MAX_CENTS - 1n,
      commission: 499_999_999_999_999n,
      distributed: 499_999_999_999_999n,
    });
    await vehicles.unsell(actor, { vehicleId: String(id) });
    expect(await ledger.check()).toEqual([]);
  });

  test.each([
    ['a deposit', 3],
    ['an income', 3],
    ['a commission', 1],
  ])('refuse %s beyond what a balance can hold, and change nothing', async (what, account) => {
    const { vehicles, actor } = ledger;
    const deposit = await ledger.requestMove(3, 10n);
    const { id } = await vehicles.buy(actor, { title: 'A car', cost: 1n });
    await ledger.query('UPDATE users SET balance = ? WHERE id = ?', [(MAX_BIGINT - 5n).toString(), account]);
    const before = await counts();
    const request =
      what === 'a deposit'
        ? ledger.payments.confirm(actor, deposit)
        : vehicles.sell(actor, { vehicleId: String(id), price: 1_000_000n });
    expect(await refusalOf(request)).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('92233720368547758.07') as string,
    });
    expect(await counts()).toEqual(before);
  });
});
