import type { Client } from '../support/client';
import { startTestServer, type TestServer } from '../support/server';

interface Page {
  nodes: { id: string }[];
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
  totalCount: number;
}

const PAGE = '{ nodes { id } pageInfo { endCursor hasNextPage } totalCount }';
const EQUAL = '2025-06-01T12:00:00.000Z';
/** Made up, in the form of a list that is sorted by id. */
const cursor = (list: string, id: string): string =>
  Buffer.from(JSON.stringify([list, 'id down', id])).toString('base64url');

describe('pages', () => {
  let server: TestServer;
  let admin: Client;

  beforeAll(async () => {
    server = await startTestServer({ BACKUP_VERIFY: 'checksum' });
    ({ admin } = server);
  });
  afterAll(() => server.close());

  /** One page of a list, which the document calls "page". */
  type Ask = (first: number, after: string | null) => Promise<Page>;
  const list =
    (field: string, filter = ''): Ask =>
    async (first, after) => {
      const document = `query ($first: Int, $after: String) { page: ${field}(first: $first, after: $after ${filter}) ${PAGE} }`;
      return (await admin.request<{ page: Page }>(document, { first, after })).page;
    };
  const listOf =
    (userId: string, field: string): Ask =>
    async (first, after) => {
      const document = `query ($id: ID!, $first: Int, $after: String) {
        user(id: $id) { page: ${field}(first: $first, after: $after) ${PAGE} }
      }`;
      return (await admin.request<{ user: { page: Page } }>(document, { id: userId, first, after })).user.page;
    };

  /** Pages through a list to its end; something may happen after each page. */
  async function pageThrough(ask: Ask, first: number, between: () => Promise<unknown> = () => Promise.resolve()) {
    const ids: string[] = [];
    for (let after: string | null = null; ;) {
      const { nodes, pageInfo } = await ask(first, after);
      ids.push(...nodes.map(({ id }) => id));
      if (!pageInfo.hasNextPage) return ids;
      expect(nodes).toHaveLength(first);
      after = pageInfo.endCursor;
      await between();
    }
  }

  /** Whatever is added in between: each row of the beginning comes exactly once, in the order of the beginning. */
  async function isStable(ask: Ask, first: number, between: () => Promise<unknown>): Promise<string[]> {
    const before = (await ask(1000, null)).nodes.map(({ id }) => id);
    const seen = await pageThrough(ask, first, between);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => before.includes(id))).toEqual(before);
    return seen.filter((id) => !before.includes(id));
  }

  const titled = (title: string): Ask => list('vehicles', `, search: "${title}"`);

  test('of vehicles bought at the same moment: newest id first, each exactly once', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push(await admin.buy('1', { title: 'At once', boughtAt: EQUAL }));
    for (const first of [1, 2, 5, 6, 1000]) {
      expect(await pageThrough(titled('At once'), first)).toEqual(ids.toReversed());
    }
  });

  test('of vehicles, while newer, equal and older ones are bought', async () => {
    const buy = (boughtAt?: string): Promise<string> =>
      admin.buy('1', { title: 'Moving', ...(boughtAt === undefined ? {} : { boughtAt }) });
    for (let i = 0; i < 5; i++) await buy(EQUAL);
    await buy('2025-05-01T00:00:00Z');
    let older: string | undefined;
    const added = await isStable(titled('Moving'), 2, async () => {
      await buy();
      await buy(EQUAL);
      older ??= await buy('2020-01-01T00:00:00Z');
    });
    // It was bought long ago, so its place was still to come.
    expect(added).toEqual([older]);
  });

  test('of vehicles: by time of purchase, whatever the order of entry', async () => {
    const bought = new Map<string, string>();
    for (const day of ['03', '01', '04', '02']) {
      bought.set(await admin.buy('1', { title: 'Ordered', boughtAt: `2025-01-${day}T00:00:00Z` }), day);
    }
    const ids = await pageThrough(titled('Ordered'), 3);
    expect(ids.map((id) => bought.get(id))).toEqual(['04', '03', '02', '01']);
  });

  test('of payments, while payments are asked for', async () => {
    const { id } = await admin.createUser('INVESTOR');
    const request = (): Promise<string> => admin.requestPayment('DEPOSIT', '1.00', id);
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push(await request());
    expect(await isStable(list('payments', ', status: PENDING'), 2, request)).toEqual([]);
    expect(await isStable(listOf(id, 'payments'), 2, request)).toEqual([]);
    expect((await pageThrough(listOf(id, 'payments'), 2)).slice(-5)).toEqual(ids.toReversed());
  });

  test('of accounts, while accounts are made: oldest first, so the new ones come last', async () => {
    await admin.createUser('OPERATOR');
    await admin.createUser('OPERATOR');
    await admin.createUser('OPERATOR');
    let fourth: string | undefined;
    const added = await isStable(list('users', ', role: OPERATOR'), 1, async () => {
      fourth ??= (await admin.createUser('OPERATOR')).id;
    });
    expect(added).toEqual([fourth]);
  });

  test('of a history, while it grows', async () => {
    const { id } = await admin.createUser('INVESTOR');
    for (let i = 0; i < 5; i++) await admin.deposit(id, '1.00');
    expect(await isStable(listOf(id, 'contributions'), 2, () => admin.deposit(id, '1.00'))).toEqual([]);
  });

  test('say how many rows there are in all, and whether there is more', async () => {
    for (let i = 0; i < 3; i++) await admin.buy('1', { title: 'Counted' });
    const vehicles = titled('Counted');
    const page = await vehicles(2, null);
    expect(page).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    expect(await vehicles(2, page.pageInfo.endCursor)).toMatchObject({
      totalCount: 3,
      pageInfo: { hasNextPage: false },
    });
    // Exactly full: no more.
    expect(await vehicles(3, null)).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: false } });
    expect(await titled('No such title')(10, null)).toEqual({
      nodes: [],
      pageInfo: { endCursor: null, hasNextPage: false },
      totalCount: 0,
    });
  });

  test('filter by status, kind and role', async () => {
    const { id } = await admin.createUser('INVESTOR');
    await admin.deposit(id, '9.00');
    await admin.requestPayment('DEPOSIT', '1.00', id);
    await admin.requestPayment('WITHDRAWAL', '1.00', id);
    const of = async (filter: string): Promise<number> => {
      const { user } = await admin.request<{ user: { payments: Page } }>(
        `query ($id: ID!) { user(id: $id) { payments(${filter}) ${PAGE} } }`,
        { id },
      );
      expect(user.payments.nodes).toHaveLength(user.payments.totalCount);
      return user.payments.totalCount;
    };
    expect(await of('first: 9')).toBe(3);
    expect(await of('status: PENDING')).toBe(2);
    expect(await of('kind: DEPOSIT')).toBe(2);
    expect(await of('kind: DEPOSIT, status: CONFIRMED')).toBe(1);
    expect(await of('kind: INCOME')).toBe(0);
    const sold = await admin.buy('1.00', { title: 'Filtered' });
    await admin.sell(sold, '1.00');
    const forSale = await admin.buy('1.00', { title: 'Filtered' });
    expect((await list('vehicles', ', search: "Filtered", status: SOLD')(9, null)).nodes).toEqual([{ id: sold }]);
    expect((await list('vehicles', ', search: "Filtered", status: FOR_SALE')(9, null)).nodes).toEqual([
      { id: forSale },
    ]);
    expect((await list('users', ', role: COMPANY')(9, null)).totalCount).toBe(1);
  });

  test('first is 50 where it is left out or null', async () => {
    await server.database.query('INSERT INTO vehicles (title, cost, status, boughtAt, boughtById) VALUES ?', [
      Array.from({ length: 51 }, () => ['Fifty', 1, 'FOR_SALE', '2025-01-01', admin.id]),
    ]);
    for (const first of ['', ', first: null']) {
      const { page } = await admin.request<{ page: Page }>(`{ page: vehicles(search: "Fifty"${first}) ${PAGE} }`);
      expect(page.nodes).toHaveLength(50);
      expect(page).toMatchObject({ totalCount: 51, pageInfo: { hasNextPage: true } });
    }
    await server.database.query(`DELETE FROM vehicles WHERE title = 'Fifty'`);
  });

  test('under many accounts at once are those that each account alone gives', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 4; i++) {
      const { id } = await admin.createUser('INVESTOR');
      ids.push(id);
      for (let n = 0; n <= i; n++) await admin.requestPayment('DEPOSIT', `${n + 1}.00`, id);
    }
    await admin.deposit(ids[1] ?? '', '1.00');
    await admin.deposit(ids[2] ?? '', '1.00');
    const [, , middle] = (await list('payments')(1000, null)).nodes;
    const middleOf = (list: string): string => cursor(list, middle?.id ?? '');
    const after = (list: string): string => `first: 2, after: "${middleOf(list)}"`;
    const before = (list: string): string => `last: 2, before: "${middleOf(list)}"`;
    for (const page of [() => 'first: 2', () => 'first: 9', () => 'last: 2', after, before]) {
      const payments = page('payments');
      const highest = page === after || page === before ? 'first: 2' : payments;
      const fields = `{ id payments(${payments}) ${PAGE} open: payments(${payments}, status: PENDING) ${PAGE}
        highest: payments(${highest}, orderBy: HIGHEST_AMOUNT_FIRST) { ${PAGE.slice(1, -1)} totalAmount }
        contributions(${page('contributions')}) ${PAGE} }`;
      const { users } = await admin.request<{ users: { nodes: { id: string }[] } }>(
        `{ users(first: 100) { nodes ${fields} } }`,
      );
      for (const id of ids) {
        const { user } = await admin.request<{ user: { id: string } }>(`query ($id: ID!) { user(id: $id) ${fields} }`, {
          id,
        });
        expect(users.nodes.find((one) => one.id === id)).toEqual(user);
      }
    }
  });
});
