import { Role } from '../../src/entities/enums';
import type { Client } from '../support/client';
import { startTestServer, type TestServer } from '../support/server';
import { allBackedUp } from '../support/traces';

interface Page {
  edges: { cursor: string; node: { id: string } }[];
  nodes: { id: string }[];
  pageInfo: { startCursor: string | null; endCursor: string | null; hasNextPage: boolean; hasPreviousPage: boolean };
  totalCount: number;
}

const PAGE = `edges { cursor node { __typename ROW } } nodes { ROW }
  pageInfo { startCursor endCursor hasNextPage hasPreviousPage } totalCount`;

/** Each list with each of its orders. */
const ORDERS: Record<string, readonly string[]> = {
  payments: ['NEWEST_FIRST', 'OLDEST_FIRST', 'HIGHEST_AMOUNT_FIRST', 'LOWEST_AMOUNT_FIRST'],
  vehicles: ['NEWEST_FIRST', 'OLDEST_FIRST', 'HIGHEST_COST_FIRST', 'LOWEST_COST_FIRST'],
  users: ['OLDEST_FIRST', 'NEWEST_FIRST', 'NAME_A_TO_Z', 'NAME_Z_TO_A'],
  sales: ['NEWEST_FIRST', 'OLDEST_FIRST'],
  operationsPage: ['NEWEST_FIRST', 'OLDEST_FIRST'],
  changes: ['NEWEST_FIRST', 'OLDEST_FIRST'],
  backupsPage: ['NEWEST_FIRST', 'OLDEST_FIRST'],
  'me { contributions': ['NEWEST_FIRST', 'OLDEST_FIRST'],
};
const CASES = Object.entries(ORDERS).flatMap(([list, orders]) =>
  orders.map((order): [string, string] => [list, order]),
);

const TIME = { first: '2026-01-01T00:00:00.000Z', second: '2026-02-01T00:00:00.000Z', end: '2026-03-01T00:00:00.000Z' };

describe('lists', () => {
  let server: TestServer;
  let admin: Client;
  let members: Client[];

  beforeAll(async () => {
    server = await startTestServer({ BACKUP_VERIFY: 'checksum' });
    ({ admin } = server);
    members = [];
    for (const name of ['Berta', 'Anna', 'Carla']) members.push(await admin.createUser(Role.INVESTOR, name));
    for (const [i, { id }] of members.entries()) await admin.deposit(id, `${100 * (i + 1)}.00`);
    await admin.withdraw(members[0]?.id ?? '', '5.00');
    await admin.requestPayment('DEPOSIT', '7.00', members[1]?.id, { note: 'from 100%_savings' });
    for (const [at, cost] of [
      [TIME.first, '30.00'],
      [TIME.second, '10.00'],
      [TIME.second, '20.00'],
    ] as const) {
      const id = await admin.buy(cost, { title: `For ${cost}`, boughtAt: at });
      await admin.sell(id, '50.00', { soldAt: at });
      if (cost === '10.00') await admin.unsell(id, 'The buyer withdrew');
      // Each leaves a backup behind.
      await allBackedUp(server);
    }
    const operator = await admin.createUser(Role.OPERATOR);
    await admin.administer('mutation ($id: ID!) { disableUser(id: $id) { id } }', { id: operator.id });
  }, 120_000);
  afterAll(() => server.close());

  /** A page of a list, whose rows are told by what they are known by. */
  async function ask(list: string, args: string, as = members[0] ?? admin): Promise<Page> {
    const row = /^(operations|changes)/.test(list) ? 'id: number' : list.startsWith('backups') ? 'id: filename' : 'id';
    const [inner = '', outer] = list.split(' { ').reverse();
    const page = `page: ${inner}(${args}) { ${PAGE.replaceAll('ROW', row)} }`;
    const document = `{ ${outer === undefined ? page : `outer: ${outer} { ${page} }`} }`;
    const isMember = list.startsWith('me ');
    const answer = await (isMember ? as.request<object>(document) : admin.administer<object>(document));
    const { outer: around = answer } = answer as { outer?: object };
    return (around as { page: Page }).page;
  }
  const idsOf = (page: Page): string[] => page.nodes.map(({ id }) => id);

  test.each(CASES)('%s, %s: the same rows forward and backward, each once', async (list, order) => {
    const all = await ask(list, `first: 1000, orderBy: ${order}`);
    const ids = idsOf(all);
    expect(ids.length).toBeGreaterThan(2);
    expect(new Set(ids).size).toBe(ids.length);
    expect(all.totalCount).toBe(ids.length);
    expect(all.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });

    const forward: string[] = [];
    for (let after = ''; ;) {
      const page = await ask(list, `first: 2, orderBy: ${order}${after}`);
      expect(page.pageInfo.hasPreviousPage).toBe(after !== '');
      expect(page.edges.map(({ node }) => node.id)).toEqual(idsOf(page));
      expect([page.edges[0]?.cursor, page.edges.at(-1)?.cursor]).toEqual([
        page.pageInfo.startCursor,
        page.pageInfo.endCursor,
      ]);
      forward.push(...idsOf(page));
      if (!page.pageInfo.hasNextPage) break;
      after = `, after: "${page.pageInfo.endCursor ?? ''}"`;
    }
    expect(forward).toEqual(ids);

    const backward: string[] = [];
    for (let before = ''; ;) {
      const page = await ask(list, `last: 2, orderBy: ${order}${before}`);
      expect(page.pageInfo.hasNextPage).toBe(before !== '');
      backward.unshift(...idsOf(page));
      if (!page.pageInfo.hasPreviousPage) break;
      before = `, before: "${page.pageInfo.startCursor ?? ''}"`;
    }
    expect(backward).toEqual(ids);
  });

  test.each(Object.entries(ORDERS))(
    '%s: its orders are opposites, and the first is the usual one',
    async (list, orders) => {
      expect(idsOf(await ask(list, 'first: 1000'))).toEqual(
        idsOf(await ask(list, `first: 1000, orderBy: ${orders[0] ?? ''}`)),
      );
      for (let i = 0; i < orders.length; i += 2) {
        const one = idsOf(await ask(list, `first: 1000, orderBy: ${orders[i] ?? ''}`));
        const other = idsOf(await ask(list, `first: 1000, orderBy: ${orders[i + 1] ?? ''}`));
        expect(other).toEqual(one.toReversed());
      }
    },
  );

  test('payments are filtered by user, sale, kind, status, amount, text and time', async () => {
    const told = async (filter: string, as = admin): Promise<string[]> => {
      const document = `{ payments(first: 1000, filter: { ${filter} }, orderBy: OLDEST_FIRST) { nodes { kind amount } totalCount totalAmount } }`;
      const { payments } = await as.request<{
        payments: { nodes: { kind: string; amount: string }[]; totalCount: number; totalAmount: string };
      }>(document);
      const sum = payments.nodes.reduce((cents, { amount }) => cents + BigInt(amount.replace('.', '')), 0n);
      expect(payments.totalCount).toBe(payments.nodes.length);
      expect(BigInt(payments.totalAmount.replace('.', ''))).toBe(sum);
      return payments.nodes.map(({ kind, amount }) => `${kind} ${amount}`);
    };
    const [berta] = members;
    expect(await told('kind: DEPOSIT, status: CONFIRMED')).toEqual([
      'DEPOSIT 100.00',
      'DEPOSIT 200.00',
      'DEPOSIT 300.00',
    ]);
    expect(await told(`kind: DEPOSIT, user: "${berta?.id ?? ''}"`)).toEqual(['DEPOSIT 100.00']);
    expect(await told('user: "no id"')).toEqual([]);
    expect(await told('leastAmount: 200')).toEqual(['DEPOSIT 200.00', 'DEPOSIT 300.00']);
    expect(await told('leastAmount: "-5.00", greatestAmount: "-5.00"')).toEqual(['WITHDRAWAL -5.00']);
    // Signs that SQL gives a meaning mean themselves.
    expect(await told('text: "100%_"')).toEqual(['DEPOSIT 7.00']);
    expect(await told('text: "100__"')).toEqual([]);
    const { sales } = await admin.request<{ sales: { nodes: { id: string }[] } }>(
      '{ sales(filter: { reversed: true }) { nodes { id } } }',
    );
    const ofSale = await told(`sale: "${sales.nodes[0]?.id ?? ''}", kind: REVERSAL, leastAmount: "-20.00"`);
    expect(ofSale[0]).toBe('REVERSAL -20.00');
    expect(await told('from: "2000-01-01T00:00:00Z", to: "2001-01-01T00:00:00Z"')).toEqual([]);
    expect(await told('from: "2026-01-01T00:00:00Z", kind: WITHDRAWAL')).toEqual(['WITHDRAWAL -5.00']);
    // A filter opens nothing: an INVESTOR sees only their own.
    expect(await told(`user: "${members[1]?.id ?? ''}"`, berta)).toEqual([]);
    expect((await told('kind: DEPOSIT', berta)).length).toBe(1);
  });

  test('pages of a stretch of time hold each row once', async () => {
    const filter = 'filter: { from: "2026-01-01T00:00:00Z", to: "9999-01-01T00:00:00Z" }';
    const whole = idsOf(await ask('payments', `first: 1000, ${filter}`));
    const first = await ask('payments', `first: 3, ${filter}`);
    const rest = await ask('payments', `first: 1000, ${filter}, after: "${first.pageInfo.endCursor ?? ''}"`);
    expect([...idsOf(first), ...idsOf(rest)]).toEqual(whole);
  });

  test('vehicles are filtered by status, text, purchase and sale', async () => {
    const told = async (filter: string): Promise<string[]> => {
      const { vehicles } = await admin.request<{ vehicles: { nodes: { cost: string }[] } }>(
        `{ vehicles(filter: { ${filter} }, orderBy: LOWEST_COST_FIRST) { nodes { cost } } }`,
      );
      return vehicles.nodes.map(({ cost }) => cost);
    };
    expect(await told('status: FOR_SALE')).toEqual(['10.00']);
    expect(await told('text: "for 2"')).toEqual(['20.00']);
    expect(await told(`boughtFrom: "${TIME.second}"`)).toEqual(['10.00', '20.00']);
    expect(await told(`boughtTo: "${TIME.second}"`)).toEqual(['30.00']);
    // A reversed sale is none.
    expect(await told(`soldFrom: "${TIME.second}", soldTo: "${TIME.end}"`)).toEqual(['20.00']);
    expect(await told(`soldFrom: "${TIME.first}"`)).toEqual(['20.00', '30.00']);
  });

  test('accounts are filtered by role, text and whether they are disabled', async () => {
    const told = async (filter: string): Promise<string[]> => {
      const { users } = await admin.request<{ users: { nodes: { name: string }[] } }>(
        `{ users(filter: { ${filter} }, orderBy: NAME_A_TO_Z) { nodes { name } } }`,
      );
      return users.nodes.map(({ name }) => name);
    };
    expect(await told('role: INVESTOR')).toEqual(['Anna', 'Berta', 'Carla']);
    expect(await told('role: INVESTOR, text: "ER"')).toEqual(['Berta']);
    expect(await told('text: "carla."')).toEqual(['Carla']);
    expect(await told('disabled: true')).toHaveLength(1);
    expect(await told('disabled: false, role: OPERATOR')).toEqual([]);
  });

  test('sales are filtered by time and reversal, and one is found by its id', async () => {
    const told = async (filter: string): Promise<string[]> => {
      const { sales } = await admin.request<{ sales: { nodes: { id: string; vehicle: { cost: string } }[] } }>(
        `{ sales(filter: { ${filter} }, orderBy: OLDEST_FIRST) { nodes { id vehicle { cost } } } }`,
      );
      for (const node of sales.nodes) {
        const { sale } = await admin.request<{ sale: object }>(`{ sale(id: "${node.id}") { id vehicle { cost } } }`);
        expect(sale).toEqual(node);
      }
      return sales.nodes.map(({ vehicle }) => vehicle.cost);
    };
    expect(await told('reversed: true')).toEqual(['10.00']);
    expect(await told('reversed: false')).toEqual(['30.00', '20.00']);
    expect(await told(`from: "${TIME.first}", to: "${TIME.second}"`)).toEqual(['30.00']);
    expect(await admin.request('{ sale(id: "999999") { id } }')).toEqual({ sale: null });
    expect(await admin.request('{ sale(id: "no id") { id } }')).toEqual({ sale: null });
  });

  test('histories are filtered by time', async () => {
    const told = async (filter: string): Promise<number> =>
      (await ask('me { contributions', `filter: { ${filter} }`)).totalCount;
    const all = (await ask('me { contributions', 'first: 1000')).totalCount;
    expect(await told('from: "2026-01-01T00:00:00Z"')).toBe(all);
    expect(await told('to: "2026-01-01T00:00:00Z"')).toBe(0);
  });

  test('operations are filtered by kind, actor and time, backups by reason and time', async () => {
    const count = async (list: string, filter: string): Promise<number> =>
      (await ask(list, `filter: { ${filter} }`)).totalCount;
    expect(await count('operationsPage', 'kind: SELL_VEHICLE')).toBe(3);
    expect(await count('operationsPage', `actor: "${members[0]?.id ?? ''}"`)).toBe(0);
    expect(await count('operationsPage', `actor: "${admin.id}", kind: UNSELL_VEHICLE`)).toBe(1);
    expect(await count('operationsPage', 'from: "2026-01-01T00:00:00Z", kind: BUY_VEHICLE')).toBe(3);
    expect(await count('operationsPage', 'to: "2026-01-01T00:00:00Z"')).toBe(0);
    const backups = (await ask('backupsPage', 'first: 1000')).totalCount;
    expect(await count('backupsPage', 'kind: OPERATION, from: "2026-01-01T00:00:00Z"')).toBeLessThanOrEqual(backups);
    expect(await count('backupsPage', 'kind: OPERATION, from: "2026-01-01T00:00:00Z"')).toBeGreaterThan(0);
    expect(await count('backupsPage', 'to: "2026-01-01T00:00:00Z"')).toBe(0);
    expect(await count('backupsPage', 'proof: DAMAGED')).toBe(0);
  });
});
