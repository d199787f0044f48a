import type { Client } from '../support/client';
import { startTestServer, type TestServer } from '../support/server';

/** The worked examples of the money rules, literally. */
describe('worked examples', () => {
  let server: TestServer;
  let admin: Client;

  beforeEach(async () => {
    server = await startTestServer();
    ({ admin } = server);
  });
  afterEach(() => server.close());

  const lastSale = async (vehicleId: string): Promise<Record<string, unknown>> => {
    const { vehicle } = await admin.request<{ vehicle: { sales: Record<string, unknown>[] } }>(
      'query ($id: ID!) { vehicle(id: $id) { sales { profit commission distributed payments { kind amount } } } }',
      { id: vehicleId },
    );
    return vehicle.sales[0] ?? {};
  };

  test('1: deposits, a sale with profit, a further deposit, and the sale undone', async () => {
    const a = await admin.createUser('INVESTOR', 'A');
    const b = await admin.createUser('INVESTOR', 'B');
    await admin.deposit(a.id, '600.00');
    await admin.deposit(b.id, '400.00');
    expect(await admin.holding(a.id)).toBe('600.00 at 60.0000');
    expect(await admin.holding(b.id)).toBe('400.00 at 40.0000');

    const vehicle = await admin.buy('1000.00');
    await admin.sell(vehicle, '1500.00');
    expect(await lastSale(vehicle)).toEqual({
      profit: '500.00',
      commission: '250.00',
      distributed: '250.00',
      payments: [
        { kind: 'COMMISSION', amount: '250.00' },
        { kind: 'INCOME', amount: '150.00' },
        { kind: 'INCOME', amount: '100.00' },
      ],
    });
    expect(await admin.holding(a.id)).toBe('750.00 at 60.0000');
    expect(await admin.holding(b.id)).toBe('500.00 at 40.0000');

    await admin.deposit(b.id, '250.00');
    expect(await admin.holding(a.id)).toBe('750.00 at 50.0000');
    expect(await admin.holding(b.id)).toBe('750.00 at 50.0000');

    await admin.unsell(vehicle, 'the buyer withdrew');
    expect(await admin.holding(a.id)).toBe('600.00 at 50.0000');
    expect(await admin.holding(b.id)).toBe('650.00 at 50.0000');
  });

  test('2: three equal members and a profit of five cents', async () => {
    const members = [];
    for (const name of ['A', 'B', 'C']) members.push(await admin.createUser('INVESTOR', name));
    for (const { id } of members) await admin.deposit(id, '100.00');
    const shares = await Promise.all(members.map(({ id }) => admin.holding(id)));
    expect(shares).toEqual(['100.00 at 33.3334', '100.00 at 33.3333', '100.00 at 33.3333']);

    const vehicle = await admin.buy('10.00');
    await admin.sell(vehicle, '10.05');
    expect(await lastSale(vehicle)).toMatchObject({ commission: '0.02', distributed: '0.03' });
    const holdings = await Promise.all(members.map(({ id }) => admin.holding(id)));
    expect(holdings).toEqual(['100.01 at 33.3334', '100.01 at 33.3333', '100.01 at 33.3333']);
  });

  test('3: nobody has capital, and the company gets its commission', async () => {
    const vehicle = await admin.buy('1000.00');
    await admin.sell(vehicle, '1500.00');
    expect(await lastSale(vehicle)).toEqual({
      profit: '500.00',
      commission: '250.00',
      distributed: '0.00',
      payments: [{ kind: 'COMMISSION', amount: '250.00' }],
    });
    const { pool } = await admin.request<{ pool: unknown }>('{ pool { companyRevenue capital profit members } }');
    expect(pool).toEqual({ companyRevenue: '250.00', capital: '0.00', profit: '500.00', members: 0 });
  });

  test.each([
    ['at cost', '1000.00', '0.00'],
    ['below cost', '900.00', '-100.00'],
  ])('4: sold %s, nothing is paid and the sale shows it', async (_how, price, profit) => {
    const a = await admin.createUser('INVESTOR');
    await admin.deposit(a.id, '600.00');
    const vehicle = await admin.buy('1000.00');
    await admin.sell(vehicle, price);
    expect(await lastSale(vehicle)).toEqual({ profit, commission: '0.00', distributed: '0.00', payments: [] });
    expect(await admin.holding(a.id)).toBe('600.00 at 100.0000');
  });
});
