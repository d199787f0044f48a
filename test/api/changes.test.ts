import 'reflect-metadata';
import { buildSchemas } from '../../src/resolvers/schema';
import { type Client, PASSWORD, refusalOf } from '../support/client';
import { bearer, post } from '../support/http';
import { startTestServer, type TestServer } from '../support/server';

interface Row {
  number: number;
  uid: string;
  kind: string;
  operation: number | null;
  actorId: number | null;
  actorName: string;
  subject: string;
  subjectId: string;
  requestId: string | null;
  address: string | null;
  details: string | null;
}

/** Mutations after which no row is another one than before. */
const CHANGES_NO_ROW = ['login', 'createBackup', 'verifyBackup'];

/** Each mutation once: what makes it possible, and its text. */
const MUTATIONS: Readonly<Record<string, (server: TestServer, actor: Client) => Promise<string>>> = {
  createUser: () =>
    text('createUser(input: { name: "New", email: "new@example.com", password: "a password", role: INVESTOR }) { id }'),
  changePassword: () => text(`changePassword(currentPassword: "${PASSWORD}", newPassword: "another one") { token }`),
  requestPayment: async (server) =>
    `requestPayment(input: { kind: DEPOSIT, amount: "10.00", userId: ${await member(server)} }) { id }`,
  rejectPayment: async (server) => `rejectPayment(id: ${await payment(server)}, reason: "No.") { id }`,
  cancelPayment: async (server, actor) =>
    `cancelPayment(id: ${await actor.requestPayment('DEPOSIT', '10.00', await member(server))}) { id }`,
  confirmPayment: async (server) => `confirmPayment(id: ${await payment(server)}) { id }`,
  buyVehicle: () => text('buyVehicle(input: { title: "A car", cost: "1.00" }) { id }'),
  sellVehicle: async ({ admin }) =>
    `sellVehicle(input: { vehicleId: ${await admin.buy('1.00')}, price: "2.00" }) { id }`,
  unsellVehicle: async ({ admin }) => {
    const vehicle = await admin.buy('1.00');
    await admin.sell(vehicle, '2.00');
    return `unsellVehicle(input: { vehicleId: ${vehicle} }) { id }`;
  },
  unbuyVehicle: async ({ admin }) => `unbuyVehicle(input: { vehicleId: ${await admin.buy('1.00')} }) { id }`,
  updateVehicle: async ({ admin }) => `updateVehicle(input: { id: ${await admin.buy('1.00')}, year: 2020 }) { id }`,
  updateUser: async (server) => `updateUser(input: { id: ${await member(server)}, name: "Renamed" }) { id }`,
  disableUser: async (server) => `disableUser(id: ${await member(server)}) { id }`,
  enableUser: async (server) => `enableUser(id: ${await member(server)}) { id }`,
  resetPassword: async (server) => `resetPassword(id: ${await member(server)}, newPassword: "another one") { id }`,
  revokeTokens: async (server) => `revokeTokens(id: ${await member(server)}) { id }`,
  setCommissionRate: () => text('setCommissionRate(rate: "12.5") { commissionRate }'),
  acknowledgeFinding: async ({ database }) => {
    await database.query(
      `INSERT INTO acknowledgements (id, finding, reason, actor, at) VALUES ('01234567', 'x', 'x', 'x', NOW(3))`,
    );
    return 'acknowledgeFinding(id: "01234567", reason: "Meant.") { healthy }';
  },
};

const text = (mutation: string): Promise<string> => Promise.resolve(mutation);
const member = async ({ admin }: TestServer): Promise<string> => (await admin.createUser('INVESTOR')).id;
const payment = async (server: TestServer): Promise<string> =>
  server.admin.requestPayment('DEPOSIT', '10.00', await member(server));

describe('the journal of changes', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer({ BACKUP_VERIFY: 'checksum' });
  });
  afterAll(() => server.close());

  const rows = async (after = 0): Promise<Row[]> =>
    (await server.database.query('SELECT * FROM changes WHERE number > ? ORDER BY number', [
      after,
    ])) as unknown as Row[];
  const newest = async (): Promise<number> => (await rows()).length;
  const send = (client: Client, mutation: string): ReturnType<typeof post> =>
    post(`${client.url}/admin/graphql`, { query: `mutation { ${mutation} }` }, bearer(client.token));

  test('knows every mutation of the schemas that changes a row', () => {
    const fields = Object.keys(buildSchemas().admin.getMutationType()?.getFields() ?? {});
    expect([...Object.keys(MUTATIONS), ...CHANGES_NO_ROW].sort()).toEqual(fields.sort());
  });

  test.each(Object.keys(MUTATIONS))('has one row of %s: who, what, from where', async (kind) => {
    const actor = await server.admin.createUser('ADMIN', `Does ${kind}`);
    const mutation = (await MUTATIONS[kind]?.(server, actor)) ?? '';
    const before = await newest();
    const answer = await send(actor, mutation);
    expect(answer.body).not.toHaveProperty('errors');
    const [row, ...more] = await rows(before);
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      number: before + 1,
      kind,
      actorId: Number(actor.id),
      actorName: `Does ${kind}`,
      requestId: answer.headers.get('x-request-id'),
      address: '127.0.0.1',
      subject: expect.any(String) as string,
      subjectId: expect.any(String) as string,
    });
    const [operation] = await server.database.query('SELECT uid FROM operations WHERE number = ?', [row?.operation]);
    const isOperation = ['buyVehicle', 'sellVehicle', 'unsellVehicle', 'unbuyVehicle', 'confirmPayment'].includes(kind);
    expect(operation?.uid).toBe(isOperation ? row?.uid : undefined);
  });

  test('begins with what the server does by itself, and tells what was corrected, before and after', async () => {
    expect((await rows()).slice(0, 3)).toMatchObject([
      { number: 1, kind: 'db:migrate', actorId: null, actorName: 'Motorpool', requestId: null },
      { number: 2, kind: 'start:pool', actorId: null, actorName: 'Motorpool', requestId: null },
      { number: 3, kind: 'start:administrator', subject: 'user', subjectId: server.admin.id },
    ]);
    await server.admin.administer('mutation { setCommissionRate(rate: "10") { commissionRate } }');
    await server.admin.administer('mutation { setCommissionRate(rate: "20") { commissionRate } }');
    const [row] = (await rows()).slice(-1);
    expect(JSON.parse(row?.details ?? '')).toEqual({
      before: { commissionRate: '10.0000' },
      after: { commissionRate: '20.0000' },
    });
  });

  test('has nothing of what is refused, done before, or changes nothing, and no gap after it', async () => {
    const { admin } = server;
    await admin.administer('mutation { setCommissionRate(rate: "30") { commissionRate } }');
    const input = { idempotencyKey: 'once' };
    const asked = await admin.requestPayment('DEPOSIT', '1.00', await member(server), input);
    const before = await newest();
    await admin.administer('mutation { setCommissionRate(rate: "30") { commissionRate } }');
    await refusalOf(admin.confirmPayment('4711'));
    await refusalOf(admin.buy('-1.00'));
    await refusalOf(admin.createUser('INVESTOR', '').then(() => admin.createUser('COMPANY')));
    const { id } = await admin.createUser('INVESTOR');
    expect((await rows(before)).map(({ kind }) => kind)).toEqual(['createUser']);
    const again = { kind: 'DEPOSIT', amount: '1.00', ...input };
    expect(
      await admin.refused('mutation ($input: RequestPaymentInput!) { requestPayment(input: $input) { id } }', {
        input: { ...again, userId: id },
      }),
    ).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    expect(asked).not.toBe('');
    expect(await newest()).toBe(before + 1);
  });

  test('is numbered without gaps in the order of the commits, however many change at once', async () => {
    const { admin, database } = server;
    const payer = await member(server);
    const before = await newest();
    await Promise.all(
      Array.from({ length: 24 }, (_, i) =>
        i % 3 === 0 ? admin.buy('1.00') : admin.requestPayment('DEPOSIT', '1.00', payer),
      ),
    );
    const made = await rows(before);
    expect(made.map(({ number }) => number)).toEqual(Array.from({ length: 24 }, (_, i) => before + 1 + i));
    const operations = made.flatMap(({ operation }) => operation ?? []);
    expect(operations).toEqual([...operations].sort((a, b) => a - b));
    expect(await database.query('SELECT lastChange FROM change_counter')).toEqual([{ lastChange: before + 24 }]);
  });

  test('holds no password and no token', async () => {
    const all = JSON.stringify(await rows());
    for (const secret of [PASSWORD, 'another one', 'a password', '$argon2', server.admin.token ?? '']) {
      expect(all).not.toContain(secret);
    }
  });
});
