import { refusalOf } from '../support/client';
import { startTestServer, type TestServer } from '../support/server';
import { changesNothing } from '../support/traces';

const POOL = '{ pool { capital invested available vehiclesForSale vehiclesSold } }';

describe('undoing a purchase', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ BACKUP_VERIFY: 'checksum', OVERDRAFT: 'off' });
    const investor = await server.admin.createUser('INVESTOR');
    await server.admin.deposit(investor.id, '2000.50');
  });
  afterAll(() => server.close());

  test('counts nowhere, leaves the row, and frees the VIN', async () => {
    const { admin } = server;
    const vin = 'UNBUY000000000001';
    const before = await admin.request(POOL);
    const mistaken = await admin.buy('2000.50', { title: 'Golf', vin });
    expect(await admin.request(POOL)).toMatchObject({ pool: { available: '0.00', vehiclesForSale: 1 } });
    await admin.unbuy(mistaken, 'a slip of the pen');
    expect(await admin.request(POOL)).toEqual(before);
    const id = await admin.buy('20.50', { title: 'Golf', vin });
    expect((await refusalOf(admin.buy('1.00', { vin }))).code).toBe('VIN_ALREADY_EXISTS');
    await admin.unbuy(id);
    // Twice: any number of vehicles with the VIN may have been undone.
    await admin.unbuy(await admin.buy('1.00', { vin }));
    const investor = await admin.createUser('INVESTOR');
    const asked = `{ vehicle(id: ${mistaken}) { status cost cancelledBy { id } cancellationReason } }`;
    const row = { status: 'CANCELLED', cost: '2000.50' };
    expect(await admin.request(asked)).toEqual({
      vehicle: { ...row, cancelledBy: { id: admin.id }, cancellationReason: 'a slip of the pen' },
    });
    expect(await investor.request(asked)).toEqual({ vehicle: { ...row, cancelledBy: null, cancellationReason: null } });
  });

  test('with OVERDRAFT=off no purchase costs more than the pool has available', async () => {
    const { admin } = server;
    const dear = async (cost: string): Promise<string> => {
      const { code, message } = await refusalOf(admin.buy(cost));
      expect(code).toBe('INSUFFICIENT_FUNDS');
      return message;
    };
    await changesNothing(server, async () => {
      expect(await dear('9999999999999.99')).toBe(
        'The cost of 9999999999999.99 is more than the 2000.50 that the pool has available: OVERDRAFT is off.',
      );
      await dear('2000.51');
    });
    const id = await admin.buy('2000.00');
    expect(await dear('0.51')).toMatch(/more than the 0\.50 that/);
    await admin.sell(id, '1999.00');
    await admin.buy('2000.50');
    expect(await dear('0.01')).toMatch(/more than the 0\.00 that/);
  });
});
