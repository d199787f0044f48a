import type { Client } from '../support/client';
import { startTestServer, type TestServer } from '../support/server';
import { changesNothing } from '../support/traces';

const CANCEL = 'mutation ($id: ID!, $key: String) { cancelPayment(id: $id, idempotencyKey: $key) { id status } }';

describe('cancelPayment', () => {
  let server: TestServer;
  let admin: Client;
  let investor: Client;
  let other: Client;

  beforeAll(async () => {
    server = await startTestServer({ BACKUP_VERIFY: 'checksum' });
    ({ admin } = server);
    investor = await admin.createUser('INVESTOR');
    other = await admin.createUser('INVESTOR');
  });
  afterAll(() => server.close());

  const refused = async (as: Client, id: string, code: string): Promise<void> => {
    await changesNothing(server, async () => {
      expect((await as.refused(CANCEL, { id })).code).toBe(code);
    });
  };

  test('the account that asked takes its payment back, once, and the journal of changes has it', async () => {
    const id = await investor.requestPayment('DEPOSIT', '5.00');
    const cancelled = { cancelPayment: { id, status: 'REJECTED' } };
    expect(await investor.request(CANCEL, { id, key: 'a-key' })).toEqual(cancelled);
    expect(await investor.request(CANCEL, { id, key: 'a-key' })).toEqual(cancelled);
    await refused(investor, id, 'PAYMENT_NOT_PENDING');
    expect((await admin.refused('mutation ($id: ID!) { confirmPayment(id: $id) { id } }', { id })).code).toBe(
      'PAYMENT_NOT_PENDING',
    );
    const rows = await server.database.query(`SELECT actorId, details FROM changes WHERE kind = 'cancelPayment'`);
    expect(rows).toHaveLength(1);
    expect(String(rows[0]?.actorId)).toBe(investor.id);
    expect(JSON.parse(String(rows[0]?.details))).toMatchObject({
      before: { status: 'PENDING' },
      after: { status: 'REJECTED' },
    });
  });

  test('nobody else may: staff rejects, and strangers do not learn that there is one', async () => {
    const own = await investor.requestPayment('DEPOSIT', '5.00');
    await refused(admin, own, 'FORBIDDEN');
    await refused(other, own, 'NOT_FOUND');
    const forMember = await admin.requestPayment('DEPOSIT', '5.00', investor.id);
    await refused(investor, forMember, 'FORBIDDEN');
    await admin.request(CANCEL, { id: forMember });
  });

  test('what was confirmed stays', async () => {
    const id = await investor.requestPayment('DEPOSIT', '5.00');
    await admin.confirmPayment(id);
    await refused(investor, id, 'PAYMENT_NOT_PENDING');
    await refused(investor, '0', 'NOT_FOUND');
    await refused(investor, 'no id', 'NOT_FOUND');
  });
});
