import type { Client } from '../support/client';
import { bearer, post } from '../support/http';
import { startTestServer, type TestServer } from '../support/server';

const cursor = (text: string): string => Buffer.from(text).toString('base64url');

describe('the arguments of a page', () => {
  let server: TestServer;
  let admin: Client;

  beforeAll(async () => {
    server = await startTestServer({ BACKUP_VERIFY: 'checksum' });
    ({ admin } = server);
    await admin.buy('1.00');
  });
  afterAll(() => server.close());

  const list =
    (field: string) =>
    async (first: number, after: string): Promise<{ nodes: { id: string }[] }> => {
      const document = `query ($first: Int, $after: String) { page: ${field}(first: $first, after: $after) { nodes { id } } }`;
      return (await admin.request<{ page: { nodes: { id: string }[] } }>(document, { first, after })).page;
    };

  const PLACES: [place: string, document: (page: string) => string][] = [
    ['vehicles', (page) => `{ vehicles(${page}) { totalCount } }`],
    ['users', (page) => `{ users(${page}) { totalCount } }`],
    ['sales', (page) => `{ sales(${page}) { totalCount } }`],
    ['payments', (page) => `{ payments(${page}) { totalCount } }`],
    ['changes', (page) => `{ changes(${page}) { totalCount } }`],
    ['payments of an account', (page) => `{ me { payments(${page}) { totalCount } } }`],
    ['history of an account', (page) => `{ me { contributions(${page}) { totalCount } } }`],
    ['payments of many accounts', (page) => `{ users { nodes { payments(${page}) { totalCount } } } }`],
    ['histories of many accounts', (page) => `{ users { nodes { contributions(${page}) { totalCount } } } }`],
  ];

  describe.each(PLACES)('%s', (_place, document) => {
    test.each([0, -1, 1001, 2_147_483_647, -2_147_483_648])('first: %d is refused', async (first) => {
      expect(await admin.refused(document(`first: ${first}`))).toEqual({
        code: 'BAD_USER_INPUT',
        message: expect.stringMatching(
          /^(first must be a whole number from 1 to 1000, not|The query may cost)/,
        ) as string,
      });
    });

    test.each([
      '',
      ' ',
      'x',
      '!!!',
      '1',
      cursor('x'),
      cursor('-1'),
      cursor('1.5'),
      cursor('1e3'),
      cursor(''),
      cursor('1:2:3'),
      cursor('1; DROP TABLE users'),
      cursor('9'.repeat(20)),
      '../../etc/passwd',
      'x'.repeat(5_000),
    ])('after: %j is refused', async (after) => {
      expect(await admin.refused(document(`after: ${JSON.stringify(after)}`))).toEqual({
        code: 'BAD_USER_INPUT',
        message: expect.stringMatching(
          /^after must be a cursor of this list in this order, not ".{0,70}"\.$/,
        ) as string,
      });
    });
  });

  const made = (...parts: string[]): string => cursor(JSON.stringify(parts));
  const refusedField = async (document: string): Promise<unknown> => {
    const { body } = await post(`${server.url}/graphql`, { query: document }, bearer(admin.token));
    const [error] = (body as { errors?: { extensions: { code: string; field?: string } }[] }).errors ?? [];
    return [error?.extensions.code, error?.extensions.field];
  };

  test("another list's cursor, and one of another order, are refused", async () => {
    const boughtAt = ['boughtAt+id down', String(Date.now()), '1'];
    for (const [document, field] of [
      [`{ vehicles(after: "${made('payments', 'id down', '1')}") { totalCount } }`, 'after'],
      [`{ payments(after: "${made('vehicles', ...boughtAt)}") { totalCount } }`, 'after'],
      [`{ payments(last: 1, before: "${made('users', 'id up', '1')}") { totalCount } }`, 'before'],
      [`{ users(after: "${made('users', 'id up', '1')}", orderBy: NEWEST_FIRST) { totalCount } }`, 'after'],
      [`{ vehicles(after: "${made('vehicles', ...boughtAt)}", orderBy: OLDEST_FIRST) { totalCount } }`, 'after'],
      [`{ vehicles(after: "${made('vehicles', 'boughtAt+id down', 'x', '1')}") { totalCount } }`, 'after'],
      [`{ vehicles(after: "${made('vehicles', 'boughtAt+id down', '9'.repeat(15), '1')}") { totalCount } }`, 'after'],
    ] as const) {
      expect([document, await refusedField(document)]).toEqual([document, ['BAD_USER_INPUT', field]]);
    }
  });

  test.each([
    ['before without last', 'first: 1, before: "x"', 'before'],
    ['last with after', 'last: 1, after: "x"', 'after'],
    ['first and last', 'first: 1, last: 1', 'last'],
    ['a last of nothing', 'last: 0', 'last'],
    ['a last of too many', 'last: 1001', 'last'],
  ])('%s is refused', async (_what, page, field) => {
    for (const list of ['payments', 'vehicles', 'users', 'sales', 'changes']) {
      expect(await refusedField(`{ ${list}(${page}) { totalCount } }`)).toEqual(['BAD_USER_INPUT', field]);
    }
  });

  const EARLY = '1899-12-31T23:59:59.999Z';
  const [MAY, JUNE] = ['2026-05-01T00:00:00.000Z', '2026-06-01T00:00:00.000Z'];
  test.each([
    ['payments', `from: "${JUNE}", to: "${MAY}"`, 'filter.to'],
    ['payments', `from: "${EARLY}"`, 'filter.from'],
    ['payments', 'leastAmount: 2, greatestAmount: 1', 'filter.greatestAmount'],
    ['sales', `from: "${JUNE}", to: "${MAY}"`, 'filter.to'],
    ['sales', `to: "${EARLY}"`, 'filter.to'],
    ['changes', `from: "${JUNE}", to: "${MAY}"`, 'filter.to'],
    ['changes', 'subjectId: "1"', 'filter.subjectId'],
    ['vehicles', `boughtFrom: "${JUNE}", boughtTo: "${MAY}"`, 'filter.boughtTo'],
    ['vehicles', `soldFrom: "${JUNE}", soldTo: "${MAY}"`, 'filter.soldTo'],
  ])('%s with %s is refused', async (list, filter, field) => {
    expect(await refusedField(`{ ${list}(filter: { ${filter} }) { totalCount } }`)).toEqual(['BAD_USER_INPUT', field]);
  });

  test('a filter that is not known is refused', async () => {
    expect((await admin.refused('{ payments(filter: { colour: "red" }) { totalCount } }')).code).toBe(
      'GRAPHQL_VALIDATION_FAILED',
    );
    const asked = 'query ($filter: PaymentFilter) { payments(filter: $filter) { totalCount } }';
    expect((await admin.refused(asked, { filter: { colour: 'red' } })).code).toBe('BAD_USER_INPUT');
  });

  test('a made-up cursor beyond all rows gives a page, and no fault', async () => {
    const huge = '9'.repeat(19);
    for (const time of ['0', '253402300799999']) {
      for (const id of ['0', huge]) {
        const after = made('vehicles', 'boughtAt+id down', time, id);
        expect((await list('vehicles')(1, after)).nodes.length).toBeLessThanOrEqual(1);
      }
    }
    expect((await list('users')(1, made('users', 'id up', huge))).nodes).toEqual([]);
    expect((await list('payments')(1, made('payments', 'id down', '0'))).nodes).toEqual([]);
  });
});
