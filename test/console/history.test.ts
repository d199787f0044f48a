import { startTestServer, type TestServer } from '../support/server';

interface Point {
  at: string;
  capital: string;
  companyRevenue: string;
}

describe("the pool's history", () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer();
  });

  afterAll(() => server.close());

  const history = async (points?: number): Promise<Point[]> => {
    const { poolHistory } = await server.admin.administer<{ poolHistory: Point[] }>(
      'query ($points: Int) { poolHistory(points: $points) { at capital companyRevenue } }',
      { points },
    );
    return poolHistory;
  };

  const today = async (): Promise<Omit<Point, 'at'>> => {
    const { pool } = await server.admin.request<{ pool: Omit<Point, 'at'> }>('{ pool { capital companyRevenue } }');
    return pool;
  };

  it('is empty before the first booking, follows what is booked, and ends at the figures of today', async () => {
    expect(await history()).toEqual([]);
    const { admin } = server;
    const [one, two] = [await admin.createUser('INVESTOR'), await admin.createUser('OPERATOR')];
    await admin.deposit(one.id, '1000.00');
    await admin.deposit(two.id, '500.01');
    const car = await admin.buy('1200.00');
    await admin.sell(car, '1500.00');
    const sold = await history();
    expect(sold.at(-1)).toMatchObject({ capital: '1650.01', companyRevenue: '150.00' });
    await admin.unsell(car);
    await admin.withdraw(two.id, '200.00');

    const points = await history(1000);
    expect(points.at(-1)).toMatchObject({ capital: '1300.01', companyRevenue: '0.00' });
    expect(points.at(-1)).toMatchObject(await today());
    expect(points.map(({ at }) => at)).toEqual(points.map(({ at }) => at).sort());
    const seen = new Set(points.map(({ capital }) => capital));
    for (const capital of ['1000.00', '1500.01', '1650.01', '1300.01']) expect(seen).toContain(capital);

    const [only, ...more] = await history(1);
    expect(only).toEqual(points.at(-1));
    expect(more).toEqual([]);
  });

  it.each([0, -1, 1001])('refuses %i points', async (points) => {
    await expect(history(points)).rejects.toThrow('points must be a whole number from 1 to 1000');
  });

  it('is for ADMIN alone', async () => {
    const operator = await server.admin.createUser('OPERATOR');
    await expect(operator.administer('{ poolHistory { at } }')).rejects.toMatchObject({ response: { status: 403 } });
    expect(await operator.refused('{ poolHistory { at } }')).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
  });
});
