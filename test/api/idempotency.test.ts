import { Client, refusalOf } from '../support/client';
import { ADMIN, startTestServer, type TestServer } from '../support/server';
import { startServerProcess } from '../support/server-process';
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
        // The same, written in another way.
        expect(await operator.buy('100', { ...input, title: ' Golf ', vin: 'idempotency000001', year: null })).toBe(id);
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
        'mutation { buyVehicle(input: { title: "A car", cost: 100, idempotencyKey: "buy-and-sell" }) { id status sale { price } } }',
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
      expect(await operator.buy('1.00', input)).toBe(id);
    });
  });

  describe('requestPayment', () => {
    const key = (idempotencyKey: string): { idempotencyKey: string } => ({ idempotencyKey });

    test('returns the payment of the first time, and changes nothing', async () => {
      const id = await investor.requestPayment('DEPOSIT', '5.00', undefined, key('pay-1'));
      await changesNothing(server, async () => {
        expect(await investor.requestPayment('DEPOSIT', '5.00', undefined, key('pay-1'))).toBe(id);
        // Who asks is who pays where nobody is named.
        expect(await investor.requestPayment('DEPOSIT', '5', investor.id, key('pay-1'))).toBe(id);
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
    });
  });

  describe('with another input is refused, and changes nothing', () => {
    const create = (input: Record<string, unknown>): Promise<{ createUser: { id: string } }> =>
      server.admin.request('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', { input });
    const confirm = (id: string, idempotencyKey: string): Promise<unknown> =>
      operator.request('mutation ($id: ID!, $key: String) { confirmPayment(id: $id, idempotencyKey: $key) { id } }', {
        id,
        key: idempotencyKey,
      });
    const reject = (id: string, reason: string, idempotencyKey: string): Promise<unknown> =>
      operator.request(
        'mutation ($id: ID!, $reason: String, $key: String) { rejectPayment(id: $id, reason: $reason, idempotencyKey: $key) { id status } }',
        { id, reason, key: idempotencyKey },
      );
    const unsell = (vehicleId: string, reason: string, idempotencyKey: string): Promise<unknown> =>
      operator.request('mutation ($input: UnsellVehicleInput!) { unsellVehicle(input: $input) { id status } }', {
        input: { vehicleId, reason, idempotencyKey },
      });
    const account = { name: 'Ann', email: 'ann@example.com', password: 'a password of some length', role: 'INVESTOR' };

    /** Does it, does it again with the same answer, and holds that each of the others is refused. */
    async function holdsFor(
      idempotencyKey: string,
      same: () => Promise<unknown>,
      others: readonly (() => Promise<unknown>)[],
    ): Promise<void> {
      const answer = await same();
      await allBackedUp(server);
      await changesNothing(server, async () => {
        expect(await same()).toEqual(answer);
        for (const other of others) {
          const { code, message } = await refusalOf(other());
          expect(code).toBe('IDEMPOTENCY_KEY_REUSED');
          expect(message).toContain(JSON.stringify(idempotencyKey));
        }
      });
    }

    test('buyVehicle', async () => {
      const vehicle = { title: 'Golf', cost: '100.00', idempotencyKey: 'k-buy' };
      const buy = (input: Record<string, unknown>) => () => operator.buy('100.00', { ...vehicle, ...input });
      await holdsFor('k-buy', buy({}), [
        buy({ cost: '100.01' }),
        buy({ title: 'Polo' }),
        buy({ vin: 'IDEMPOTENCY000009' }),
        buy({ boughtAt: '2024-01-01T00:00:00.000Z' }),
        buy({ mileage: 1 }),
      ]);
    });

    test('sellVehicle and unsellVehicle', async () => {
      const [id, second] = [await operator.buy('100.00'), await operator.buy('100.00')];
      const sell = (price: string, vehicleId = id) => operator.sell(vehicleId, price, { idempotencyKey: 'k-sell' });
      await holdsFor('k-sell', () => sell('150.00'), [() => sell('151.00'), () => sell('150.00', second)]);
      await operator.sell(second, '150.00');
      await holdsFor('k-unsell', () => unsell(id, 'no money', 'k-unsell'), [
        () => unsell(second, 'no money', 'k-unsell'),
        () => unsell(id, 'another reason', 'k-unsell'),
      ]);
    });

    test('unbuyVehicle', async () => {
      const [first, second] = [await operator.buy('100.00'), await operator.buy('100.00')];
      const unbuy = (vehicleId: string, reason = 'a slip'): Promise<unknown> =>
        operator.request('mutation ($input: UnbuyVehicleInput!) { unbuyVehicle(input: $input) { id status } }', {
          input: { vehicleId, reason, idempotencyKey: 'k-unbuy' },
        });
      await holdsFor('k-unbuy', () => unbuy(first), [() => unbuy(second), () => unbuy(first, 'another reason')]);
    });

    test('requestPayment: a withdrawal is not answered with the deposit of another member', async () => {
      await operator.deposit(investor.id, '500.00');
      const ask = (kind: string, amount: string, userId: string, note?: string) => () =>
        operator.requestPayment(kind, amount, userId, { note, idempotencyKey: 'k-pay' });
      await holdsFor('k-pay', ask('DEPOSIT', '10.00', other.id), [
        ask('WITHDRAWAL', '50.00', investor.id),
        ask('DEPOSIT', '10.00', investor.id),
        ask('DEPOSIT', '10.01', other.id),
        ask('DEPOSIT', '10.00', other.id, 'by cheque'),
        // One key is for one mutation.
        () => operator.buy('10.00', { idempotencyKey: 'k-pay' }),
      ]);
    });

    test('confirmPayment and rejectPayment', async () => {
      const [first = '', second = '', third = ''] = await Promise.all(
        ['1.00', '2.00', '3.00'].map((amount) => operator.requestPayment('DEPOSIT', amount, investor.id)),
      );
      await holdsFor('k-confirm', () => confirm(first, 'k-confirm'), [
        () => confirm(second, 'k-confirm'),
        () => reject(first, '', 'k-confirm'),
      ]);
      await holdsFor('k-reject', () => reject(second, 'no', 'k-reject'), [
        () => reject(third, 'no', 'k-reject'),
        () => reject(second, 'why', 'k-reject'),
      ]);
    });

    test('createUser, of which the database keeps nothing that tells the password quickly', async () => {
      const make = (input: Record<string, unknown>) => () => create({ ...account, ...input, idempotencyKey: 'k-user' });
      await holdsFor('k-user', make({}), [
        make({ password: 'another password of some length' }),
        make({ email: 'bob@example.com' }),
        make({ role: 'OPERATOR' }),
      ]);
      const kept = await server.database.query(
        "SELECT fingerprint FROM idempotency_keys WHERE idempotencyKey = 'k-user'",
      );
      expect(kept).toEqual([{ fingerprint: expect.stringMatching(/^\$argon2id\$/) as unknown }]);
    });

    test('what was refused keeps no key', async () => {
      const before = await server.database.query('SELECT COUNT(*) AS n FROM idempotency_keys');
      await changesNothing(server, async () => {
        const ask = operator.requestPayment('WITHDRAWAL', '999999.00', investor.id, { idempotencyKey: 'k-refused' });
        expect((await refusalOf(ask)).code).toBe('INSUFFICIENT_BALANCE');
        expect((await refusalOf(confirm('999999', 'k-refused'))).code).toBe('NOT_FOUND');
      });
      expect(await server.database.query('SELECT COUNT(*) AS n FROM idempotency_keys')).toEqual(before);
    });
  });

  test('holds on another server on the same database, and after a restart', async () => {
    const send = async (url: string): Promise<string> => {
      const client = await Client.signIn(url, ADMIN.email, ADMIN.password);
      return client.buy('77.00', { idempotencyKey: 'k-elsewhere' });
    };
    const id = await send(server.url);
    for (let start = 0; start < 2; start += 1) {
      const another = await startServerProcess(server.database.url, { BACKUP_VERIFY: 'checksum', LOG_LEVEL: 'error' });
      try {
        expect(await send(another.url)).toBe(id);
        const client = await Client.signIn(another.url, ADMIN.email, ADMIN.password);
        const reused = client.buy('78.00', { idempotencyKey: 'k-elsewhere' });
        expect((await refusalOf(reused)).code).toBe('IDEMPOTENCY_KEY_REUSED');
      } finally {
        await another.stop();
      }
    }
  });
});
