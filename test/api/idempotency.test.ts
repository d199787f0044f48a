import type { Client } from '../support/client';
import { refusalOf } from '../support/client';
import { startTestServer, type TestServer } from '../support/server';
import { allBackedUp, changesNothing } from '../support/traces';

describe('the same idempotency key sent again', () => {
  let server: TestServer;
  let operator: Client;
  let other: Client;
  let investor: Client;

  beforeAll(async () => {
    server = await startTestServer({ BACKUP_VERIFY: 'checksum' });
    operator = await server.admin.createUser('OPERATOR');
    other = await server.admin.createUser('OPERATOR');
    investor = await server.admin.createUser('INVESTOR');
  });
  afterAll(() => server.close());
  afterEach(() => allBackedUp(server));

  const count = async (table: 'vehicles' | 'payments' | 'operations'): Promise<number> => {
    const [row] = await server.database.query(`SELECT COUNT(*) AS n FROM ${table}`);
    return Number(row?.n);
  };
  const lastOperation = async (): Promise<number> => {
    const [row] = await server.database.query('SELECT lastOperation FROM pool');
    return Number(row?.lastOperation);
  };

  describe('buyVehicle', () => {
    test('returns the vehicle of the first time, and changes nothing', async () => {
      const input = { title: 'Golf', vin: 'IDEMPOTENCY000001', idempotencyKey: 'buy-1' };
      const id = await operator.buy('100.00', input);
      await allBackedUp(server);
      await changesNothing(server, async () => {
        expect(await operator.buy('100.00', input)).toBe(id);
        // The key decides, not the rest.
        expect(await operator.buy('999.00', { title: 'Another', idempotencyKey: 'buy-1' })).toBe(id);
      });
    });

    test('ten at once buy one vehicle, with one operation number', async () => {
      const [vehicles, number] = [await count('vehicles'), await lastOperation()];
      const ids = await Promise.all(
        Array.from({ length: 10 }, () => operator.buy('100.00', { idempotencyKey: 'buy-at-once' })),
      );
      expect(new Set(ids).size).toBe(1);
      expect(await count('vehicles')).toBe(vehicles + 1);
      expect(await lastOperation()).toBe(number + 1);
      expect(await count('operations')).toBe(number + 1);
    });

    test('returns the vehicle as it is now', async () => {
      const id = await operator.buy('100.00', { idempotencyKey: 'buy-and-sell' });
      await operator.sell(id, '100.00');
      const { buyVehicle } = await operator.request<{ buyVehicle: unknown }>(
        'mutation { buyVehicle(input: { title: "x", cost: 1, idempotencyKey: "buy-and-sell" }) { id status sale { price } } }',
      );
      expect(buyVehicle).toEqual({ id, status: 'SOLD', sale: { price: '100.00' } });
    });

    test('is a key of its own for each account, and to the letter', async () => {
      const ids = await Promise.all([
        operator.buy('1.00', { idempotencyKey: 'Key' }),
        operator.buy('1.00', { idempotencyKey: 'key' }),
        other.buy('1.00', { idempotencyKey: 'Key' }),
        operator.buy('1.00'),
        operator.buy('1.00'),
      ]);
      expect(new Set(ids).size).toBe(5);
    });

    test('may be used again after a refusal, which left nothing', async () => {
      const input = { idempotencyKey: 'after-a-refusal' };
      expect((await refusalOf(operator.buy('0', input))).code).toBe('BAD_USER_INPUT');
      const vin = 'IDEMPOTENCY000002';
      await operator.buy('1.00', { vin });
      expect((await refusalOf(operator.buy('1.00', { ...input, vin }))).code).toBe('VIN_ALREADY_EXISTS');
      const id = await operator.buy('1.00', input);
      expect(await operator.buy('1.00', { ...input, vin })).toBe(id);
    });
  });

  describe('requestPayment', () => {
    const key = (idempotencyKey: string): { idempotencyKey: string } => ({ idempotencyKey });

    test('returns the payment of the first time, and changes nothing', async () => {
      const id = await investor.requestPayment('DEPOSIT', '5.00', undefined, key('pay-1'));
      await changesNothing(server, async () => {
        expect(await investor.requestPayment('DEPOSIT', '5.00', undefined, key('pay-1'))).toBe(id);
        // The key decides, also where the rest would be refused.
        expect(await investor.requestPayment('WITHDRAWAL', '999.00', undefined, key('pay-1'))).toBe(id);
      });
    });

    test('ten at once ask for one payment', async () => {
      const [payments, number] = [await count('payments'), await lastOperation()];
      const ids = await Promise.all(
        Array.from({ length: 10 }, () => investor.requestPayment('DEPOSIT', '5.00', undefined, key('pay-at-once'))),
      );
      expect(new Set(ids).size).toBe(1);
      expect(await count('payments')).toBe(payments + 1);
      expect(await lastOperation()).toBe(number);
    });

    test('is a key of its own for each account that asks, whoever it is for', async () => {
      const ids = await Promise.all([
        investor.requestPayment('DEPOSIT', '5.00', undefined, key('pay-shared')),
        operator.requestPayment('DEPOSIT', '5.00', investor.id, key('pay-shared')),
        other.requestPayment('DEPOSIT', '5.00', investor.id, key('pay-shared')),
        investor.requestPayment('DEPOSIT', '5.00', undefined, key('PAY-SHARED')),
      ]);
      expect(new Set(ids).size).toBe(4);
      expect(await operator.requestPayment('DEPOSIT', '5.00', other.id, key('pay-shared'))).toBe(ids[1]);
    });
  });
});
