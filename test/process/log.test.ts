import { hashPassword } from '../../src/services/passwords';
import { bearer, post } from '../support/http';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { Client } from '../support/client';
import { ADMIN } from '../support/server';
import { startServerProcess, type ServerProcess } from '../support/server-process';
import { waitFor } from '../support/wait';

/** The log of the built server, whatever somebody sends. */
describe('the log', () => {
  let database: TestDatabase;
  let server: ServerProcess;
  let admin: Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await startServerProcess(database.url, { BACKUP_VERIFY: 'checksum' });
    admin = await Client.signIn(server.url, ADMIN.email, ADMIN.password);
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  test('has no line that is longer than 8 KiB, and each is JSON', async () => {
    await database.query('RENAME TABLE vehicles TO vehicles_away');
    const alias = 'a'.repeat(100_000);
    await post(`${server.url}/graphql`, { query: `{ ${alias}: vehicles { totalCount } }` }, bearer(admin.token));
    await database.query('RENAME TABLE vehicles_away TO vehicles');
    const odd = '\u0001'.repeat(30_000);
    const query = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }';
    const input = { name: odd, email: odd, password: odd, role: 'ADMIN', idempotencyKey: odd };
    await post(`${server.url}/graphql`, { query, variables: { input } }, bearer(admin.token));
    await waitFor('the last line', () => server.log().includes('createUser'));
    const lines = server.log().trimEnd().split('\n');
    expect(lines.some((line) => line.includes('cutFromBytes'))).toBe(true);
    for (const line of lines) {
      expect(Buffer.byteLength(line)).toBeLessThan(8 * 1024);
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number) as number });
    }
  });

  test('has no hash and no token, also where somebody types them', async () => {
    const secrets = [await hashPassword('some password'), admin.token ?? ''];
    let seen = 1;
    for (const secret of secrets) {
      await admin.refused(`mutation { confirmPayment(id: ${JSON.stringify(secret)}) { id } }`);
      await waitFor('its line', () => server.log().split('confirmPayment: NOT_FOUND').length > seen);
      seen += 1;
      expect(server.log()).not.toContain(secret);
    }
  });
});
