import { type Client, refusalOf } from '../support/client';
import { startTestServer, type TestServer } from '../support/server';
import { changesNothing } from '../support/traces';

describe('with FOUR_EYES=on', () => {
  let server: TestServer;
  let one: Client;
  let two: Client;
  let investor: Client;

  beforeAll(async () => {
    server = await startTestServer({ BACKUP_VERIFY: 'checksum', FOUR_EYES: 'on' });
    one = await server.admin.createUser('OPERATOR');
    two = await server.admin.createUser('OPERATOR');
    investor = await server.admin.createUser('INVESTOR');
  });
  afterAll(() => server.close());

  const refused = async (client: Client, payment: string, why: RegExp): Promise<void> => {
    await changesNothing(server, async () => {
      const { code, message } = await refusalOf(client.confirmPayment(payment));
      expect(code).toBe('FORBIDDEN');
      expect(message).toMatch(why);
    });
  };

  test('the account that asked for a payment cannot confirm it, and another can', async () => {
    const payment = await one.requestPayment('DEPOSIT', '10.00', investor.id);
    await refused(one, payment, /since you asked for it: FOUR_EYES is on/);
    await two.confirmPayment(payment);
  });

  test('the owner of the account cannot confirm it, also where another asked', async () => {
    const payment = await two.requestPayment('DEPOSIT', '10.00', one.id);
    await refused(one, payment, /since it is your own: FOUR_EYES is on/);
    await refused(two, payment, /since you asked for it/);
    await server.admin.confirmPayment(payment);
  });

  test('what an investor asks for is confirmed by any of the staff', async () => {
    await one.confirmPayment(await investor.requestPayment('DEPOSIT', '10.00'));
  });
});

test('by default the account that asked may confirm', async () => {
  const server = await startTestServer({ BACKUP_VERIFY: 'checksum' });
  try {
    await server.admin.confirmPayment(
      await server.admin.requestPayment('DEPOSIT', '1.00', (await server.admin.createUser('INVESTOR')).id),
    );
  } finally {
    await server.close();
  }
});
