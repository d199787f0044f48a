import { Role } from '../../src/entities/enums';
import { checkLedger } from '../../src/services/ledger-check';
import type { Check } from '../../src/services/ledger-check/check';
import { lineScreens } from '../../src/services/ledger-check/lines';
import { createLedger, type LedgerUnderTest } from '../support/ledger';
import { damagesToAccounts } from './damages-to-accounts';
import { damagesToSales } from './damages-to-sales';

const { INVESTOR, OPERATOR, ADMIN } = Role;

/** Every kind of damage, done by hand to a sound ledger, is found and named. */
describe('the ledger check', () => {
  let ledger: LedgerUnderTest;

  // Accounts: 1 COMPANY, 2 OPERATOR, 3 to 5 INVESTOR, 6 INVESTOR who never paid in, 7 ADMIN.
  // Vehicles: 1 sold, 2 unsold again and sold at a loss, 3 for sale, 4 sold with a profit of one cent, 5 sold at cost.
  beforeAll(async () => {
    ledger = await createLedger({ roles: [OPERATOR, INVESTOR, INVESTOR, INVESTOR, INVESTOR, ADMIN] });
    const { vehicles, actor, payments } = ledger;
    const move = (userId: number, amount: bigint): Promise<string> => ledger.move(userId, amount);
    const buy = async (cost: bigint): Promise<string> =>
      String((await vehicles.buy(actor, { title: 'A car', cost, boughtAt: new Date(Date.now() - 200_000_000) })).id);
    const sell = async (vehicleId: string, price: bigint): Promise<void> => {
      await vehicles.sell(actor, { vehicleId, price });
    };
    // Nobody holds a share yet: the company alone is paid.
    const one = await buy(100_000n);
    await sell(one, 150_000n);
    await move(2, 30_000n);
    await move(3, 20_000n);
    await move(4, 10_001n);
    const two = await buy(50_000n);
    await sell(two, 90_000n);
    await move(3, -26_000n);
    await vehicles.unsell(actor, { vehicleId: two, reason: 'the buyer withdrew' });
    await sell(two, 40_000n);
    await buy(70_000n);
    await sell(await buy(10n), 11n);
    await sell(await buy(10n), 10n);
    await move(5, 1n);
    const asker = Object.assign(actor, { role: ADMIN });
    const request = { kind: 'DEPOSIT' as never, amount: 500n, userId: '3' };
    const refused = String((await payments.request(asker, request)).id);
    await payments.reject(actor, { id: refused, reason: 'no funds' });
    await payments.request(asker, request);
    await vehicles.unbuy(actor, { vehicleId: await buy(20n), reason: 'a slip' });
  });
  afterAll(() => ledger.close());

  test('finds nothing in a sound ledger', async () => {
    expect(await ledger.check()).toEqual([]);
  });

  test('finds the same when several connections share the work, and ends with the first that fails', async () => {
    const { query } = ledger;
    await query('START TRANSACTION');
    try {
      await query('UPDATE users SET balance = balance + 1');
      await query('UPDATE sales SET profit = profit + 1');
      const alone = await ledger.check();
      expect(alone.length).toBeGreaterThan(2);
      expect(await checkLedger(query, query, query)).toEqual(alone);
      let asked = 0;
      const counted: typeof query = (sql) => {
        asked += 1;
        return query(sql);
      };
      await expect(checkLedger(counted, () => Promise.reject(new Error('cut off')))).rejects.toThrow('cut off');
      // Which schema it is, how many lines there are, and the first turn.
      expect(asked).toBe(3);
    } finally {
      await query('ROLLBACK');
    }
  });

  test('names each of the rows that break a rule, and after twenty how many more there are', async () => {
    const { query } = ledger;
    const known = async (): Promise<Set<string>> => new Set(await ledger.check());
    await query('START TRANSACTION');
    try {
      await query('SET foreign_key_checks = 0');
      await query('UPDATE users SET balance = balance + 1 WHERE id = 3');
      await query('UPDATE operations SET actorId = 77 WHERE number = 2');
      const acknowledged = await known();
      // Greater ids of the same rules.
      await query('UPDATE users SET balance = balance + 1 WHERE id = 4');
      await query('UPDATE operations SET actorId = 77 WHERE number = 4');
      await query('UPDATE operations SET actorId = 78 WHERE number = 5');
      const fresh = [...(await known())].filter((finding) => !acknowledged.has(finding));
      expect(fresh).toEqual([
        'Row 2 of operations points by actorId at row 77 of users, which does not exist; 1 more point at it.',
        'Row 5 of operations points by actorId at row 78 of users, which does not exist.',
        expect.stringMatching(/^User 4 holds /),
        'Operation 4 (CONFIRM_PAYMENT) or what it booked is not as it was written.',
        'Operation 5 (CONFIRM_PAYMENT) or what it booked is not as it was written.',
      ]);
      // Many: the last of those that are named tells of the others, and is a new finding with each of them.
      await query('CREATE TEMPORARY TABLE copied AS SELECT * FROM vehicles WHERE id = 3');
      for (let id = 101; id <= 123; id++) {
        await query(`UPDATE copied SET id = ${id}, vin = NULL`);
        await query('INSERT INTO vehicles SELECT * FROM copied');
      }
      const bought = (await ledger.check()).filter((finding) => finding.startsWith('The purchase of vehicle '));
      expect(bought).toHaveLength(20);
      expect(bought[18]).toBe('The purchase of vehicle 119 is in the journal 0 times.');
      expect(bought[19]).toBe('The purchase of vehicle 120 is in the journal 0 times. And 3 more of this kind.');
    } finally {
      await query('DROP TEMPORARY TABLE IF EXISTS copied');
      await query('ROLLBACK');
      await query('SET foreign_key_checks = 1');
    }
  });

  test('screens lines in ranges of any length alike', async () => {
    const { query } = ledger;
    const last = await lastLine();
    const counts = async (width: number): Promise<number[]> => {
      const sums = [0, 0];
      for (const { sql } of lineScreens(last, width)) {
        const [counted] = await query(sql);
        [counted?.chain, counted?.inForce].forEach((count, i) => (sums[i] = (sums[i] ?? 0) + Number(count)));
      }
      return sums;
    };
    let linesOfSales = 0;
    for (let id = 0; id <= last; id++) {
      await query('START TRANSACTION');
      try {
        // Nothing, then one line after the other.
        await query('UPDATE contributions SET balance = balance + 1, percentage = percentage + 1 WHERE id = ?', [id]);
        const whole = await counts(last);
        expect(whole[0]).toBeGreaterThanOrEqual(id === 0 || (await isGap(id)) ? 0 : 1);
        linesOfSales += whole[1] ?? 0;
        for (const width of [1, 2, 5, last - 1]) expect([id, width, await counts(width)]).toEqual([id, width, whole]);
      } finally {
        await query('ROLLBACK');
      }
    }
    expect(linesOfSales).toBeGreaterThan(0);
    expect(lineScreens(Number.MAX_SAFE_INTEGER).length).toBeLessThan(1000);
  });

  const lastLine = async (): Promise<number> => {
    const [row] = await ledger.query('SELECT MAX(id) AS last FROM contributions');
    return Number(row?.last);
  };

  const isGap = async (id: number): Promise<boolean> =>
    (await ledger.query('SELECT id FROM contributions WHERE id = ?', [id])).length === 0;

  /** The rules that screens look for, and those of them that they say somebody broke. */
  const screened = async (width: number): Promise<{ rules: Set<Check>; suspected: Set<Check> }> => {
    const { query } = ledger;
    const rules = new Set<Check>();
    const suspected = new Set<Check>();
    for (const { sql, checks } of lineScreens(await lastLine(), width)) {
      const [counted] = await query(sql);
      for (const [column, check] of Object.entries(checks)) {
        rules.add(check);
        if (Number(counted?.[column]) > 0) suspected.add(check);
      }
    }
    return { rules, suspected };
  };

  test.each([1, 2, 5, 1000])('suspects nothing in a sound ledger by ranges of %i lines', async (width) => {
    const { rules, suspected } = await screened(width);
    expect([rules.size, suspected.size]).toEqual([3, 0]);
  });

  test.each([...damagesToAccounts, ...damagesToSales])('names %s', async (_what, statements, sentence) => {
    const { query } = ledger;
    await query('START TRANSACTION');
    try {
      await query('SET foreign_key_checks = 0');
      for (const statement of [statements].flat()) await query(statement);
      expect(await ledger.check()).toContainEqual(expect.stringMatching(sentence));
      // Whatever breaks a rule, a screen sees it, by ranges of any length.
      for (const width of [1, 3, 1000]) {
        const { rules, suspected } = await screened(width);
        for (const check of rules) {
          const isBroken = (await query(check.sql)).length > 0;
          if (isBroken) expect([width, check.sql, suspected.has(check)]).toEqual([width, check.sql, true]);
        }
      }
    } finally {
      await query('ROLLBACK');
      await query('SET foreign_key_checks = 1');
    }
  });
});
