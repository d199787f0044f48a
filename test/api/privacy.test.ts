import type { Client } from '../support/client';
import { createPoolWorld, type PoolWorld } from './pool-world';

/** What an INVESTOR sees of others: nothing but what concerns the own account. */
describe('what an INVESTOR sees', () => {
  let world: PoolWorld;

  beforeAll(async () => {
    world = await createPoolWorld();
  });
  afterAll(() => world.server.close());

  type Node = Record<string, unknown>;

  test('not who bought, sold, reversed or confirmed; staff sees it', async () => {
    const document = `query ($id: ID!) {
      vehicle(id: $id) { boughtBy { id } sale { soldBy { id } } sales { reversedAt soldBy { id } reversedBy { id } } }
      payments(kind: DEPOSIT, status: CONFIRMED) { nodes { confirmedBy { id } } }
    }`;
    const seen = async (of: PoolWorld['investor']): Promise<unknown> => of.request(document, { id: world.sold });
    const time = expect.any(String) as string;
    expect(await seen(world.investor)).toEqual({
      vehicle: {
        boughtBy: null,
        sale: { soldBy: null },
        sales: [
          { reversedAt: null, soldBy: null, reversedBy: null },
          { reversedAt: time, soldBy: null, reversedBy: null },
        ],
      },
      payments: { nodes: [{ confirmedBy: null }] },
    });
    const who = { id: world.operator.id };
    expect(await seen(world.operator)).toEqual({
      vehicle: {
        boughtBy: who,
        sale: { soldBy: who },
        sales: [
          { reversedAt: null, soldBy: who, reversedBy: null },
          { reversedAt: time, soldBy: who, reversedBy: who },
        ],
      },
      payments: { nodes: [{ confirmedBy: who }, { confirmedBy: who }] },
    });
  });

  test('not who rejected a payment', async () => {
    const document = 'query ($id: ID!) { payment(id: $id) { status rejectionReason rejectedBy { id } } }';
    const rejected = { status: 'REJECTED', rejectionReason: 'not received' };
    expect(await world.investor.request(document, { id: world.rejected })).toEqual({
      payment: { ...rejected, rejectedBy: null },
    });
    expect(await world.operator.request(document, { id: world.rejected })).toEqual({
      payment: { ...rejected, rejectedBy: { id: world.operator.id } },
    });
  });

  test('of a sale, the own payments only', async () => {
    const document = 'query ($id: ID!) { vehicle(id: $id) { sales { payments { kind amount user { id } } } } }';
    const of = async (client: PoolWorld['investor']): Promise<Node[][]> => {
      const { vehicle } = await client.request<{ vehicle: { sales: { payments: Node[] }[] } }>(document, {
        id: world.sold,
      });
      return vehicle.sales.map(({ payments }) => payments);
    };
    const own = { id: world.investor.id };
    expect(await of(world.investor)).toEqual([
      [{ kind: 'INCOME', amount: '7.50', user: own }],
      [
        { kind: 'INCOME', amount: '3.75', user: own },
        { kind: 'REVERSAL', amount: '-3.75', user: own },
      ],
    ]);
    expect((await of(world.operator)).map(({ length }) => length)).toEqual([3, 6]);
  });

  test('in lists, the own payments only', async () => {
    const { payments } = await world.investor.request<{ payments: { nodes: Node[]; totalCount: number } }>(
      '{ payments { nodes { user { id } } totalCount } }',
    );
    expect(payments.totalCount).toBe(8);
    expect(payments.nodes).toEqual(Array(8).fill({ user: { id: world.investor.id } }));
    const all = await world.operator.request<{ payments: { totalCount: number } }>('{ payments { totalCount } }');
    const [{ n }] = (await world.server.database.query('SELECT COUNT(*) AS n FROM payments')) as [{ n: string }];
    expect(all.payments.totalCount).toBe(Number(n));
  });

  test("null for someone else's payment, as for one that does not exist", async () => {
    const document = 'query ($id: ID!) { payment(id: $id) { id } }';
    expect(await world.investor.request(document, { id: world.income })).toEqual({ payment: null });
    expect(await world.investor.request(document, { id: '999999' })).toEqual({ payment: null });
    expect(await world.other.request(document, { id: world.income })).toEqual({ payment: { id: world.income } });
    expect(await world.operator.request(document, { id: world.income })).toEqual({ payment: { id: world.income } });
  });

  test("FORBIDDEN for someone else's account, whether it exists or not; the own one is shown", async () => {
    const document = 'query ($id: ID!) { user(id: $id) { id } }';
    for (const id of [world.other.id, world.companyId, '999999', `0${world.investor.id}`, '']) {
      expect(await world.investor.refused(document, { id })).toEqual({
        code: 'FORBIDDEN',
        message: 'Only OPERATOR and ADMIN may look at another account.',
      });
    }
    const own = { user: { id: world.investor.id } };
    expect(await world.investor.request(document, { id: world.investor.id })).toEqual(own);
  });

  // Every confirmation gives every member a line of history, and the line shows the payment that was confirmed.
  describe('in the own history, of a confirmation for someone else', () => {
    const history = (fields: string): string => `{ me { contributions(first: 1000) { nodes { amount ${fields} } } } }`;
    const othersLine = async (fields: string): Promise<Node> => {
      const { me } = await world.other.request<{ me: { contributions: { nodes: Node[] } } }>(history(fields));
      return me.contributions.nodes.find(({ amount }) => amount === '0.00') ?? {};
    };

    test('what moved the share, and nothing of what was noted', async () => {
      expect(await othersLine('percentage payment { kind status amount note confirmedBy { id } }')).toEqual({
        amount: '0.00',
        percentage: '25.0000',
        payment: { kind: 'WITHDRAWAL', status: 'CONFIRMED', amount: '-150.00', note: null, confirmedBy: null },
      });
    });

    test('not whose payment it was; the history is answered whole', async () => {
      for (const fields of ['id', 'name email', 'balance', 'payments(first: 1) { nodes { id } }']) {
        expect(await othersLine(`payment { user { ${fields} } }`)).toMatchObject({ payment: { user: null } });
      }
      const { me } = await world.other.request<{ me: { contributions: { nodes: { payment: { user: unknown } }[] } } }>(
        history('payment { user { id } }'),
      );
      expect(me.contributions.nodes.map(({ payment }) => payment.user)).toContainEqual({ id: world.other.id });
    });

    test('not why a sale was undone, which staff see', async () => {
      const document = 'query ($id: ID!) { vehicle(id: $id) { sales { reversedAt reversalReason } } }';
      const reasons = async (client: Client): Promise<unknown[]> => {
        const { vehicle } = await client.request<{ vehicle: { sales: { reversalReason: unknown }[] } }>(document, {
          id: world.sold,
        });
        return vehicle.sales.map(({ reversalReason }) => reversalReason);
      };
      expect(await reasons(world.operator)).toEqual([null, 'the buyer withdrew']);
      expect(await reasons(world.other)).toEqual([null, null]);
    });

    test('the own payments in full', async () => {
      const { me } = await world.investor.request<{ me: { payments: { nodes: Node[] } } }>(
        '{ me { payments(kind: DEPOSIT, status: CONFIRMED) { nodes { note user { id } } } } }',
      );
      expect(me.payments.nodes).toEqual([{ note: 'from the bank', user: { id: world.investor.id } }]);
    });

    test('an OPERATOR sees whose it was', async () => {
      const { user } = await world.operator.request<{ user: { contributions: { nodes: Node[] } } }>(
        `query ($id: ID!) { user(id: $id) { contributions { nodes { amount payment { note user { id } } } } } }`,
        { id: world.other.id },
      );
      const whose = { note: 'for a new roof', user: { id: world.investor.id } };
      expect(user.contributions.nodes).toContainEqual({ amount: '0.00', payment: whose });
    });
  });

  test('the totals of the pool, as everybody does', async () => {
    const document = `{ pool {
      currency capital invested available companyRevenue profit vehiclesForSale vehiclesSold members
    } }`;
    const pool = {
      currency: 'USD',
      // 300.00 - 150.00 and 50.00, and the investors' part of the sale in force.
      capital: '210.00',
      invested: '1001.00',
      available: '-791.00',
      companyRevenue: '10.00',
      profit: '20.00',
      vehiclesForSale: 2,
      vehiclesSold: 1,
      members: 2,
    };
    expect(await world.investor.request(document)).toEqual({ pool });
    expect(await world.admin.request(document)).toEqual({ pool });
  });
});
