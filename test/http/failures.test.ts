import { Writable } from 'node:stream';
import { pino } from 'pino';
import { bearer, http, type HttpAnswer, post } from '../support/http';
import { startPrivateDatabaseServer, type PrivateDatabaseServer } from '../support/private-database-server';
import { startTestServer, type TestServer } from '../support/server';
import { waitFor } from '../support/wait';

const MASKED = {
  message: expect.stringMatching(/^Something went wrong on the server/) as string,
  extensions: { code: 'INTERNAL_SERVER_ERROR' },
};

describe('what nobody foresaw', () => {
  let log: string[];
  let server: TestServer;

  beforeEach(async () => {
    log = [];
    const sink = new Writable({
      write: (line: Buffer, _encoding, done) => {
        log.push(line.toString());
        done();
      },
    });
    server = await startTestServer({}, undefined, pino({ level: 'info' }, sink));
  });
  afterEach(() => server.close());

  const ask = (query: string): Promise<HttpAnswer> =>
    post(`${server.url}/graphql`, { query }, bearer(server.admin.token));
  const isMasked = ({ text, body }: HttpAnswer): void => {
    expect((body as { errors: unknown[] }).errors).toEqual([expect.objectContaining(MASKED)]);
    expect(text).not.toMatch(/SELECT|INSERT|vehicles`|test_|doesn't exist|\bER_|errno|node_modules|\bat |stack/);
  };

  test('is masked in the answer and logged, by the number, the table and the shape of the statement', async () => {
    await server.database.query('SET foreign_key_checks = 0');
    await server.database.query('DROP TABLE contributions');
    const answer = await ask('{ me { id contributions { nodes { id } } } }');
    isMasked(answer);
    expect(answer.body).toMatchObject({ data: null, errors: [{ path: ['me', 'contributions'] }] });
    const failures = log.filter((line) => line.includes('a request failed unexpectedly'));
    expect(failures).toHaveLength(1);
    expect(JSON.parse(failures[0] ?? '')).toMatchObject({
      err: {
        errno: 1146,
        code: 'ER_NO_SUCH_TABLE',
        table: 'contributions',
        statement: expect.stringContaining('contributions') as string,
      },
    });
  });

  test.each([
    ['a mutation', 'resetPassword(id: 1, newPassword: "a password that nobody reads")'],
    ['another', 'createUser(input: { name: "N", email: "secret@example.com", password: "long enough", role: ADMIN })'],
  ])('and never with a value: %s', async (_what, mutation) => {
    const { id } = await server.admin.createUser('INVESTOR');
    for (const event of ['INSERT', 'UPDATE']) {
      await server.database.query(
        `CREATE TRIGGER refuse_${event} BEFORE ${event} ON users FOR EACH ROW
         SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the value was secret'`,
      );
    }
    const query = `mutation { ${mutation.replace('id: 1', `id: ${id}`)} { id } }`;
    isMasked(await post(`${server.url}/admin/graphql`, { query }, bearer(server.admin.token)));
    const failure = log.find((line) => line.includes('unexpectedly')) ?? '';
    expect(failure).toMatch(/"errno":1644.*"table":"users","statement":"(INSERT INTO|UPDATE) `users`/);
    expect(failure).not.toMatch(/argon2|secret@|was secret|parameters/);
  });

  test('is logged once, however many fields it failed', async () => {
    for (const cost of ['100.00', '200.00', '300.00']) await server.admin.buy(cost);
    await server.database.query('SET foreign_key_checks = 0');
    await server.database.query('DROP TABLE sales');
    const { body } = await ask('{ vehicles(first: 10) { nodes { sale { id } } } }');
    expect(body).toMatchObject({ errors: [MASKED, MASKED, MASKED] });
    expect(log.filter((line) => line.includes('a request failed unexpectedly'))).toHaveLength(1);
  });

  test('in the midst of an operation is masked too, and the operation is undone', async () => {
    const vehicle = await server.admin.buy('100.00');
    await server.database.query('SET foreign_key_checks = 0');
    await server.database.query('DROP TABLE contributions');
    isMasked(await ask(`mutation { sellVehicle(input: { vehicleId: "${vehicle}", price: 200 }) { id } }`));
    const [state] = await server.database.query(
      'SELECT v.status, p.lastOperation, (SELECT COUNT(*) FROM sales) AS sales FROM vehicles v JOIN pool p',
    );
    expect(state).toMatchObject({ status: 'FOR_SALE', lastOperation: 1, sales: '0' });
  });

  test('before GraphQL, such as accounts that cannot be read, is masked as well', async () => {
    await server.database.query('SET foreign_key_checks = 0');
    await server.database.query('DROP TABLE users');
    for (const door of ['graphql', 'admin/graphql']) {
      const answer = await post(`${server.url}/${door}`, { query: '{ me { id } }' }, bearer(server.admin.token));
      expect(answer.status).toBe(500);
      isMasked(answer);
    }
  });

  test('a refusal is no failure: it is not logged as one', async () => {
    await server.admin.refused('{ vehicles(first: 0) { totalCount } }');
    await server.admin.refused('mutation { confirmPayment(id: "0") { id } }');
    expect(log.filter((line) => line.includes('unexpectedly'))).toEqual([]);
  });

  test('a database that is dropped: not ready, and alive', async () => {
    await http(`${server.url}/readyz`);
    await server.database.query(`DROP DATABASE ${server.database.address.database}`);
    expect(await http(`${server.url}/readyz`)).toMatchObject({ status: 503 });
    expect(await http(`${server.url}/healthz`)).toMatchObject({ status: 200, body: { status: 'ok' } });
  });
});

describe('a database server that is killed', () => {
  let databaseServer: PrivateDatabaseServer;
  let server: TestServer;

  beforeAll(async () => {
    databaseServer = await startPrivateDatabaseServer();
    server = await startTestServer({ BACKUP_VERIFY: 'checksum' }, databaseServer.url);
  });
  afterAll(async () => {
    await server.close().catch(() => undefined);
    await databaseServer.close();
  });

  test('/readyz says 503 and requests are told so, until it is back', async () => {
    const ok = { status: 200, body: { status: 'ok' } };
    expect(await http(`${server.url}/readyz`)).toMatchObject(ok);
    expect(await http(`${server.url}/healthz`)).toMatchObject(ok);

    await databaseServer.kill();
    expect(await http(`${server.url}/readyz`)).toMatchObject({
      status: 503,
      body: { status: expect.stringMatching(/database does not answer/) as string },
    });
    expect(await http(`${server.url}/healthz`)).toMatchObject(ok);
    const answer = await post(`${server.url}/graphql`, { query: '{ me { id } }' }, bearer(server.admin.token));
    expect(answer).toMatchObject({
      status: 503,
      body: {
        errors: [
          {
            message: expect.stringMatching(/^The database has been busy or away/) as string,
            extensions: { code: 'SERVICE_UNAVAILABLE' },
          },
        ],
      },
    });
    expect(answer.text).not.toMatch(/sock|ECONN|ENOENT|errno/);

    await databaseServer.startAgain();
    await waitFor('readiness', async () => (await http(`${server.url}/readyz`)).status === 200);
    expect(await server.admin.request('{ me { id } }')).toEqual({ me: { id: server.admin.id } });
  });
});

test('a database server that is read-only, as a replica is: not ready, and ready for an account that may write all the same', async () => {
  const databaseServer = await startPrivateDatabaseServer();
  const server = await startTestServer({ BACKUP_VERIFY: 'checksum' }, databaseServer.url);
  const { query, address, url } = server.database;
  const plain = url.replace(/\/\/[^@]*@/, '//plain:plain@');
  await query(`CREATE USER plain@'%' IDENTIFIED BY 'plain'`);
  await query(`GRANT ALL ON ${address.database}.* TO plain@'%'`);
  const other = await startTestServer({ BACKUP_VERIFY: 'checksum', DATABASE_URL: plain }, databaseServer.url);
  const statusOf = async ({ url: at }: TestServer): Promise<number> => (await http(`${at}/readyz`)).status;
  try {
    expect([await statusOf(server), await statusOf(other)]).toEqual([200, 200]);
    await query('SET GLOBAL read_only = ON');
    expect([await statusOf(server), await statusOf(other)]).toEqual([200, 503]);
    await query('SET GLOBAL read_only = OFF');
    await waitFor('readiness', async () => (await statusOf(other)) === 200);
  } finally {
    await query('SET GLOBAL read_only = OFF');
    await other.close();
    await server.close();
    await databaseServer.close();
  }
}, 120_000);
