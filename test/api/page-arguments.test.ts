import { type Client, refusalOf } from '../support/client';
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
    ['payments', (page) => `{ payments(${page}) { totalCount } }`],
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
          /^(first must be a whole number from 1 to 1000, not|The query asks for up to)/,
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
          /^after must be the endCursor of a page of this list, not ".{0,70}"\.$/,
        ) as string,
      });
    });
  });

  test("another list's cursor is refused", async () => {
    const ofVehicles = cursor(`${Date.now()}:1`);
    const ofPayments = cursor('1');
    expect((await refusalOf(list('vehicles')(1, ofPayments))).code).toBe('BAD_USER_INPUT');
    expect((await refusalOf(list('payments')(1, ofVehicles))).code).toBe('BAD_USER_INPUT');
    expect((await refusalOf(list('users')(1, ofVehicles))).code).toBe('BAD_USER_INPUT');
  });

  test('a made-up cursor beyond all rows gives a page, and no fault', async () => {
    const huge = '9'.repeat(19);
    for (const time of ['0', '253402300799999', huge]) {
      for (const id of ['0', huge]) {
        expect((await list('vehicles')(1, cursor(`${time}:${id}`))).nodes.length).toBeLessThanOrEqual(1);
      }
    }
    expect((await list('users')(1, cursor(huge))).nodes).toEqual([]);
    expect((await list('payments')(1, cursor('0'))).nodes).toEqual([]);
  });
});
