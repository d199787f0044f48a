import { fc } from '../support/random';
import { Role } from '../../src/entities/enums';
import { createLedger, emptyLedger, type LedgerUnderTest } from '../support/ledger';
import { History, type Step, steps } from './history';
import { Model } from './model';

const { INVESTOR, OPERATOR } = Role;
const ROLES = [OPERATOR, INVESTOR, INVESTOR, INVESTOR, INVESTOR, INVESTOR, INVESTOR];
const MEMBERS = ROLES.map((_, i) => i + 2);

/** Whatever people do, in whatever order: each balance, share and line of history is what the money rules say. */
describe.each([
  ['half', 500_000],
  ['nothing', 0],
  ['everything', 1_000_000],
  ['a third', 333_333],
])('with a commission of %s', (_name, commissionRate) => {
  let ledger: LedgerUnderTest;

  beforeAll(async () => {
    ledger = await createLedger({ commissionRate, roles: ROLES });
  });
  afterAll(() => ledger.close());

  const begin = async (): Promise<History> => {
    await emptyLedger(ledger.query);
    ledger.asked.length = 0;
    return new History(ledger, new Model(MEMBERS, BigInt(commissionRate)));
  };

  const play = async (history: History, list: readonly Step[]): Promise<void> => {
    for (const step of list) await history.take(step);
  };

  test('short histories, of every kind', async () => {
    await fc.assert(
      fc.asyncProperty(steps({ maxLength: 12 }), async (list) => {
        const history = await begin();
        await play(history, list);
        await history.compareAll();
      }),
      { numRuns: 15 },
    );
  }, 120_000);

  test('one history of hundreds of operations', async () => {
    await fc.assert(
      fc.asyncProperty(steps({ minLength: 250, maxLength: 260 }), async (list) => {
        const history = await begin();
        await play(history, list);
        await history.compareAll();
        // It was not about nothing.
        const sales = history.model.vehicles.flatMap((vehicle) => vehicle.sales);
        expect(history.model.operations.length).toBeGreaterThan(60);
        expect(sales.filter(({ profit }) => profit > 0n).length).toBeGreaterThan(1);
        expect(sales.filter(({ reversed }) => reversed).length).toBeGreaterThan(8);
      }),
      { numRuns: 1, interruptAfterTimeLimit: 150_000 },
    );
  }, 240_000);

  test('a sale undone is as if it had never been, with confirmations in between', async () => {
    const moves = steps({ maxLength: 6 }).map((list) => list.filter((one) => one.do === 'deposit'));
    const profit = fc.bigInt({ min: -50n, max: 10n ** 9n });
    await fc.assert(
      fc.asyncProperty(steps({ maxLength: 8 }), profit, moves, async (before, gain, between) => {
        const history = await begin();
        await play(history, before);
        const vehicle = await history.buy(10_000n);
        const held = holdings(history.model);

        await history.sell(vehicle, gain);
        if (between.length === 0) {
          await history.unsell(vehicle);
          expect(holdings(history.model)).toEqual(held);
        } else {
          await play(history, between);
          const shares = history.model.members.map(({ share }) => share);
          await history.unsell(vehicle);
          // Balances as without the sale, at once; shares as without the sale from the next confirmation on.
          const without = structuredClone(held);
          for (const { member, amount } of between as { member: number; amount: bigint }[]) {
            const place = member % without.length;
            without[place] = {
              ...(without[place] ?? { share: 0n, balance: 0n }),
              balance: (without[place]?.balance ?? 0n) + amount,
            };
          }
          expect(history.model.members.map(({ balance }) => balance)).toEqual(without.map(({ balance }) => balance));
          expect(history.model.members.map(({ share }) => share)).toEqual(shares);
        }
        await history.compareHoldings();
        expect(await ledger.check()).toEqual([]);
      }),
      { numRuns: 8 },
    );
  }, 120_000);
});

function holdings(model: Model): { balance: bigint; share: bigint }[] {
  return model.members.map(({ balance, share }) => ({ balance, share }));
}
