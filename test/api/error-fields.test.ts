import type { Client } from '../support/client';
import { bearer, post } from '../support/http';
import { startTestServer, type TestServer } from '../support/server';
import { changesNothing } from '../support/traces';

/** What a form needs to show a message beside the field that it is about. */
describe('BAD_USER_INPUT names the field', () => {
  let server: TestServer;
  let admin: Client;
  let vehicle: string;

  beforeAll(async () => {
    server = await startTestServer({ BACKUP_VERIFY: 'checksum' });
    ({ admin } = server);
    vehicle = await admin.buy('1.00');
  });
  afterAll(() => server.close());

  async function errorOf(query: string, variables: object = {}, door = 'graphql'): Promise<unknown> {
    const { body } = await post(`${server.url}/${door}`, { query, variables }, bearer(admin.token));
    const [error] = (body as { errors?: { extensions: object }[] }).errors ?? [];
    return error?.extensions;
  }
  const about = (field: string): object => ({ code: 'BAD_USER_INPUT', field });

  const CAR = { title: 'A car', cost: '1.00' };
  const MUTATIONS: [name: string, type: string, input: object, field: string][] = [
    ['buyVehicle', 'BuyVehicleInput', { ...CAR, title: ' ' }, 'input.title'],
    ['buyVehicle', 'BuyVehicleInput', { ...CAR, vin: 'short' }, 'input.vin'],
    ['buyVehicle', 'BuyVehicleInput', { ...CAR, year: 1800 }, 'input.year'],
    ['buyVehicle', 'BuyVehicleInput', { ...CAR, mileage: -1 }, 'input.mileage'],
    ['buyVehicle', 'BuyVehicleInput', { ...CAR, cost: '0.00' }, 'input.cost'],
    ['buyVehicle', 'BuyVehicleInput', { ...CAR, plannedPrice: '-1.00' }, 'input.plannedPrice'],
    ['buyVehicle', 'BuyVehicleInput', { ...CAR, boughtAt: '9000-01-01T00:00:00Z' }, 'input.boughtAt'],
    ['buyVehicle', 'BuyVehicleInput', { ...CAR, idempotencyKey: 'a b' }, 'input.idempotencyKey'],
    // What the scalars refuse, before a service is asked.
    ['buyVehicle', 'BuyVehicleInput', { ...CAR, cost: '1,00' }, 'input.cost'],
    ['buyVehicle', 'BuyVehicleInput', { ...CAR, boughtAt: 'today' }, 'input.boughtAt'],
    ['buyVehicle', 'BuyVehicleInput', { ...CAR, year: 'new' }, 'input.year'],
    ['sellVehicle', 'SellVehicleInput', { vehicleId: '1', price: '0.00' }, 'input.price'],
    ['sellVehicle', 'SellVehicleInput', { vehicleId: '1', price: 1, soldAt: '2000-01-01T00:00:00Z' }, 'input.soldAt'],
    ['unsellVehicle', 'UnsellVehicleInput', { vehicleId: '1', reason: 'x'.repeat(501) }, 'input.reason'],
    ['requestPayment', 'RequestPaymentInput', { kind: 'INCOME', amount: 1 }, 'input.kind'],
    ['requestPayment', 'RequestPaymentInput', { kind: 'DEPOSIT', amount: 0 }, 'input.amount'],
    ['requestPayment', 'RequestPaymentInput', { kind: 'DEPOSIT', amount: 1, note: '\u0000' }, 'input.note'],
    ['requestPayment', 'RequestPaymentInput', { kind: 'DEPOSIT', amount: 1, userId: '1' }, 'input.userId'],
    ['updateVehicle', 'UpdateVehicleInput', { id: '1', title: null }, 'input.title'],
    ['updateVehicle', 'UpdateVehicleInput', { id: '1', vin: 'short' }, 'input.vin'],
    ['updateVehicle', 'UpdateVehicleInput', { id: '1', year: 1800 }, 'input.year'],
    ['updateVehicle', 'UpdateVehicleInput', { id: '1', mileage: -1 }, 'input.mileage'],
    ['updateVehicle', 'UpdateVehicleInput', { id: '1', plannedPrice: 0 }, 'input.plannedPrice'],
    ['updateUser', 'UpdateUserInput', { id: '1', name: null }, 'input.name'],
    ['updateUser', 'UpdateUserInput', { id: '1', email: 'a' }, 'input.email'],
    ['updateUser', 'UpdateUserInput', { id: '1', role: null }, 'input.role'],
    [
      'createUser',
      'CreateUserInput',
      { name: '', email: 'a@b.c', password: 'long enough', role: 'ADMIN' },
      'input.name',
    ],
    ['createUser', 'CreateUserInput', { name: 'A', email: 'a', password: 'long enough', role: 'ADMIN' }, 'input.email'],
    [
      'createUser',
      'CreateUserInput',
      { name: 'A', email: 'a@b.c', password: 'short', role: 'ADMIN' },
      'input.password',
    ],
    [
      'createUser',
      'CreateUserInput',
      { name: 'A', email: 'a@b.c', password: 'long enough', role: 'COMPANY' },
      'input.role',
    ],
  ];

  test.each(MUTATIONS)('%s(%s: %j): %s', async (name, type, input, field) => {
    const document = `mutation ($sent: ${type}!) { ${name}(input: $sent) { id } }`;
    const sent = 'vehicleId' in input ? { ...input, vehicleId: vehicle } : input;
    await changesNothing(server, async () => {
      expect(await errorOf(document, { sent })).toEqual(about(field));
    });
  });

  test.each([
    ['{ payments(first: 0) { totalCount } }', 'first'],
    ['{ payments(after: "x") { totalCount } }', 'after'],
    ['{ payments(filter: { from: "yesterday" }) { totalCount } }', 'filter.from'],
    ['{ payments(filter: { leastAmount: "1e3" }) { totalCount } }', 'filter.leastAmount'],
    ['{ payments(status: SOLD) { totalCount } }', 'status'],
    ['mutation { buyVehicle(input: { title: "A", cost: "1,00" }) { id } }', 'input.cost'],
    ['mutation { changePassword(currentPassword: "x", newPassword: "short") { token } }', 'newPassword'],
    ['mutation { rejectPayment(id: "1", idempotencyKey: "a b") { id } }', 'idempotencyKey'],
  ])('%s: %s', async (document, field) => {
    expect(await errorOf(document)).toEqual(about(field));
  });

  test('of an administrator', async () => {
    const { id } = admin;
    const asked = (document: string): Promise<unknown> => errorOf(document, {}, 'admin/graphql');
    expect(await asked(`mutation { disableUser(id: "${id}") { id } }`)).toEqual(about('id'));
    expect(await asked(`mutation { resetPassword(id: "${id}", newPassword: "x") { id } }`)).toEqual(
      about('newPassword'),
    );
    expect(await asked('mutation { setCommissionRate(rate: "101") { currency } }')).toEqual(about('rate'));
    expect(await asked('{ backupLog(lines: 0) { message } }')).toEqual(about('lines'));
    expect(
      await asked(
        '{ operationsPage(filter: { from: "2026-02-01T00:00:00Z", to: "2026-01-01T00:00:00Z" }) { totalCount } }',
      ),
    ).toEqual(about('filter.to'));
  });

  test('a variable within an input, and one that is missing', async () => {
    const document = 'mutation ($price: Money!) { buyVehicle(input: { title: "A", cost: $price }) { id } }';
    expect(await errorOf(document, { price: '1,00' })).toEqual(about('input.cost'));
    expect(await errorOf(document)).toEqual(about('input.cost'));
    // It is used nowhere that has a name.
    expect(await errorOf('query ($on: Boolean!) { me { id @include(if: $on) } }', { on: 1 })).toEqual({
      code: 'BAD_USER_INPUT',
    });
  });
});
