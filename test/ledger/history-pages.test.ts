import { fc } from '../support/random';
import { Role } from '../../src/entities/enums';
import { ListService } from '../../src/services/list-service';
import { pageRequest } from '../../src/services/page';
import { createLedger, type LedgerUnderTest } from '../support/ledger';
import { History, steps } from './history';
import { Model } from './model';

const { INVESTOR, OPERATOR } = Role;

/** What an investor reads: every change, with the balance and the share that it left. */
test('contributions page through all of the history of every account', async () => {
  const ledger: LedgerUnderTest = await createLedger({ roles: [OPERATOR, INVESTOR, INVESTOR, INVESTOR] });
  try {
    const history = new History(ledger, new Model([2, 3, 4, 5], 500_000n));
    const [list = []] = fc.sample(steps({ minLength: 120, maxLength: 120 }), 1);
    for (const step of list) await history.take(step);

    const accounts = [history.model.company, ...history.model.members];
    const lists = new ListService(ledger.dataSource);
    const longest = Math.max(...accounts.map(({ history: lines }) => lines.length));
    expect(longest).toBeGreaterThan(7);
    for (const { id, history: lines } of accounts) {
      const read: string[] = [];
      let after: string | null = null;
      do {
        const asked = { filter: {}, page: pageRequest({ first: 7, after }) };
        const [page] = await lists.contributionsOfUsers([id], asked);
        if (page === undefined) throw new Error('there is no page');
        const last = page.nodes.at(-1);
        expect(await page.totalCount()).toBe(lines.length);
        read.push(...page.nodes.map((line) => `${line.amount} makes ${line.balance} at ${line.percentage}`));
        after = page.hasNextPage && last !== undefined ? page.cursorOf(last) : null;
      } while (after !== null);
      expect(read.toReversed()).toEqual(
        lines.map(({ amount, balance, share }) => `${amount} makes ${balance} at ${share}`),
      );
    }
    // All accounts at once, as a list of users asks: the newest of each.
    const pages = await lists.contributionsOfUsers(
      accounts.map(({ id }) => id),
      { filter: {}, page: pageRequest({ first: 3 }) },
    );
    expect(pages.map(({ nodes }) => nodes.map(({ balance }) => balance))).toEqual(
      accounts.map(({ history: lines }) =>
        lines
          .slice(-3)
          .map(({ balance }) => balance)
          .toReversed(),
      ),
    );
  } finally {
    await ledger.close();
  }
});
