import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { buildSchema } from 'graphql';
import mysql from 'mysql2/promise';
import { connectionOptions } from '../../src/database/connection/connection-options';
import { checkLedger } from '../../src/services/finding-service';
import { type Client, PASSWORD } from '../support/client';
import { holdBack } from '../support/held-back';
import { bearer, codeOf, post } from '../support/http';
import { startTestServer, type TestServer } from '../support/server';
import { changesNothing } from '../support/traces';
import { waitFor } from '../support/wait';

const CREATE = `mutation { createUser(input: { name: "X", email: "x@example.com", password: "${PASSWORD}", role: ADMIN }) { id } }`;

/** Whoever had a right when a request began and lost it meanwhile does nothing by it any more. */
describe('an account that is disabled or signed out', () => {
  let server: TestServer;
  let victim: { id: string; vehicle: string; sold: string; payment: string; finding: string };

  beforeAll(async () => {
    server = await startTestServer({ BACKUP_VERIFY: 'checksum' });
    const { admin } = server;
    const { id } = await admin.createUser('INVESTOR');
    const sold = await admin.buy('10.00');
    await admin.sell(sold, '10.00');
    const vehicle = await admin.buy('10.00');
    const payment = await admin.requestPayment('DEPOSIT', '5.00', id);
    await server.database.query("UPDATE users SET balance = 1 WHERE role = 'COMPANY'");
    const [finding] = await checkLedger(server.database.query);
    victim = { id, vehicle, sold, payment, finding: finding?.id ?? '' };
  });
  afterAll(() => server.close());

  const ask = (client: Client, door: string, query: string): Promise<string | null> =>
    post(`${server.url}/${door}`, { query }, bearer(client.token)).then(codeOf);

  describe('does nothing by a request that was held back by its last byte', () => {
    const WAYS: [what: string, revoke: (who: Client) => Promise<unknown>][] = [
      ...['disableUser', 'revokeTokens'].map((mutation): (typeof WAYS)[number] => [
        mutation,
        ({ id }) => server.admin.administer(`mutation { ${mutation}(id: ${id}) { id } }`),
      ]),
      [
        'resetPassword',
        ({ id }) => server.admin.administer(`mutation { resetPassword(id: ${id}, newPassword: "another one") { id } }`),
      ],
      [
        'changePassword',
        (who) =>
          who.request(
            `mutation { changePassword(currentPassword: "${PASSWORD}", newPassword: "a new one") { token } }`,
          ),
      ],
    ];
    test.each(WAYS)('%s', async (_what, revoke) => {
      const second = await server.admin.createUser('ADMIN');
      const requests = await Promise.all(
        [CREATE, '{ users { totalCount } }'].flatMap((query) => [
          holdBack(`${server.url}/graphql`, second.token, { query }),
          holdBack(`${server.url}/admin/graphql`, second.token, { query }),
        ]),
      );
      await revoke(second);
      await changesNothing(server, async () => {
        const answers = await Promise.all(requests.map(({ finish }) => finish()));
        expect(answers).toEqual([
          '200 UNAUTHENTICATED',
          '401 UNAUTHENTICATED',
          '200 UNAUTHENTICATED',
          '401 UNAUTHENTICATED',
        ]);
      });
    });

    test('nor by one at the door of administrators, where it is ADMIN no more', async () => {
      const second = await server.admin.createUser('ADMIN');
      const held = await holdBack(`${server.url}/admin/graphql`, second.token, { query: '{ backupStatus { count } }' });
      await server.database.query("UPDATE users SET role = 'OPERATOR' WHERE id = ?", [second.id]);
      expect(await held.finish()).toBe('403 FORBIDDEN');
    });
  });

  /** One for each mutation of both schemas that changes a row. */
  const CHANGES: Record<string, () => string> = {
    acknowledgeFinding: () => `acknowledgeFinding(id: "${victim.finding}", reason: "known") { count }`,
    buyVehicle: () => 'buyVehicle(input: { title: "A car", cost: 1 }) { id }',
    changePassword: () => `changePassword(currentPassword: "${PASSWORD}", newPassword: "${PASSWORD}") { token }`,
    cancelPayment: () => `cancelPayment(id: ${victim.payment}) { id }`,
    confirmPayment: () => `confirmPayment(id: ${victim.payment}) { id }`,
    createUser: () => CREATE.slice('mutation {'.length, -1),
    disableUser: () => `disableUser(id: ${victim.id}) { id }`,
    enableUser: () => `enableUser(id: ${victim.id}) { id }`,
    rejectPayment: () => `rejectPayment(id: ${victim.payment}) { id }`,
    requestPayment: () => `requestPayment(input: { kind: DEPOSIT, amount: 1, userId: ${victim.id} }) { id }`,
    resetPassword: () => `resetPassword(id: ${victim.id}, newPassword: "another one") { id }`,
    revokeTokens: () => `revokeTokens(id: ${victim.id}) { id }`,
    sellVehicle: () => `sellVehicle(input: { vehicleId: ${victim.vehicle}, price: 20 }) { id }`,
    setCommissionRate: () => 'setCommissionRate(rate: "12.5") { currency }',
    unbuyVehicle: () => `unbuyVehicle(input: { vehicleId: ${victim.vehicle} }) { id }`,
    updateUser: () => `updateUser(input: { id: ${victim.id}, name: "Another name" }) { id }`,
    updateVehicle: () => `updateVehicle(input: { id: ${victim.vehicle}, mileage: 7 }) { id }`,
    unsellVehicle: () => `unsellVehicle(input: { vehicleId: ${victim.sold} }) { id }`,
  };
  /** What changes no row. */
  const NO_CHANGES = ['createBackup', 'login', 'verifyBackup'];

  test('every mutation is asked below', () => {
    const schema = buildSchema(readFileSync('schema/admin.graphql', 'utf8'));
    const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {});
    expect(Object.keys(CHANGES).sort()).toEqual(mutations.filter((name) => !NO_CHANGES.includes(name)).sort());
  });

  test.each(Object.keys(CHANGES))('while its %s was under way already: it is refused', async (mutation) => {
    const second = await server.admin.createUser('ADMIN');
    const { database: schema, ...options } = connectionOptions(server.database.address);
    const holder = await mysql.createConnection({ ...options, database: schema, multipleStatements: false });
    try {
      await holder.beginTransaction();
      await holder.query('SELECT id FROM users WHERE id = ? FOR UPDATE', [second.id]);
      let isOver = false;
      const answer = ask(second, 'admin/graphql', `mutation { ${CHANGES[mutation]?.() ?? ''} }`).finally(
        () => (isOver = true),
      );
      await waitFor('a wait for the row of the account', async () => isOver || (await waitsForLock(server)));
      await holder.query('UPDATE users SET disabledAt = NOW(3), tokenVersion = tokenVersion + 1 WHERE id = ?', [
        second.id,
      ]);
      const before = await rowsOf(holder);
      await holder.commit();
      expect(await answer).toBe('UNAUTHENTICATED');
      expect(await rowsOf(holder)).toEqual(before);
    } finally {
      await holder.end();
    }
  });

  test('the time to send a body is bounded: 30 s', async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    const began = performance.now();
    socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{');
    const drip = setInterval(() => socket.write(' '), 4_000);
    expect(await text(socket)).toMatch(/^HTTP\/1.1 408 /);
    clearInterval(drip);
    expect(performance.now() - began).toBeLessThan(30_500);
  });
});

async function waitsForLock({ database }: TestServer): Promise<boolean> {
  // The server keeps its answer while it is asked more often than ten times a second.
  await pause(150);
  const [row] = await database.query(
    `SELECT COUNT(*) AS waiting FROM information_schema.innodb_trx t
     JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
     WHERE t.trx_state = 'LOCK WAIT' AND p.db = DATABASE()`,
  );
  return Number(row?.waiting) > 0;
}

/** How many rows there are, and the last operation: a change of any mutation shows in one of them. */
async function rowsOf(holder: mysql.Connection): Promise<unknown> {
  const [rows] = await holder.query(
    `SELECT (SELECT COUNT(*) FROM users) AS users, (SELECT SUM(tokenVersion) FROM users) AS versions,
            (SELECT COUNT(*) FROM payments) AS payments, (SELECT COUNT(*) FROM payments WHERE status = 'PENDING') AS pending,
            (SELECT COUNT(*) FROM commission_rates) AS rates, (SELECT COUNT(*) FROM acknowledgements) AS acknowledgements,
            (SELECT COUNT(*) FROM idempotency_keys) AS idempotencyKeys, lastOperation FROM pool`,
  );
  return rows;
}
