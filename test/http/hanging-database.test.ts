import mysql from 'mysql2/promise';
import { connectionOptions } from '../../src/database/connection/connection-options';
import { bearer, http, type HttpAnswer, post } from '../support/http';
import { type PrivateDatabaseServer, startPrivateDatabaseServer } from '../support/private-database-server';
import { startTestServer, type TestServer } from '../support/server';
import { waitFor } from '../support/wait';

/** The limits are 20 seconds for an answer or a free connection; the rest is for a busy machine. */
const TOLD_WITHIN_MS = 30_000;
/** More than there are connections. */
const REQUESTS = 24;

describe('a database that hangs', () => {
  let databaseServer: PrivateDatabaseServer;
  let server: TestServer;

  beforeAll(async () => {
    databaseServer = await startPrivateDatabaseServer();
    server = await startTestServer({ BACKUP_VERIFY: 'checksum' }, databaseServer.url);
  });
  afterAll(async () => {
    await server.close();
    await databaseServer.close();
  });

  const ask = (): Promise<HttpAnswer> =>
    post(`${server.url}/graphql`, { query: '{ me { id } }' }, bearer(server.admin.token));
  const isReady = async (): Promise<boolean> => (await http(`${server.url}/readyz`)).status === 200;

  /** Each of many requests is told in time, probes say what is true, and all is well once it goes on. */
  async function everybodyIsTold(goOn: () => Promise<void> | void): Promise<void> {
    const began = performance.now();
    try {
      const answers = Promise.all(Array.from({ length: REQUESTS }, ask));
      await waitFor('all connections to be taken', async () => !(await isReady()));
      expect((await http(`${server.url}/healthz`)).status).toBe(200);
      for (const { status, text } of await answers) {
        expect(status).toBe(503);
        expect(text).toMatch(/"message":"The database has been busy or away/);
        expect(text).toContain('"code":"SERVICE_UNAVAILABLE"');
      }
      expect(performance.now() - began).toBeLessThan(TOLD_WITHIN_MS);
    } finally {
      await goOn();
    }
    await waitFor('readiness', isReady, 5_000);
    expect((await ask()).body).toEqual({ data: { me: { id: server.admin.id } } });
  }

  test('since it stands still', async () => {
    const goOn = await databaseServer.freeze();
    await everybodyIsTold(goOn);
  });

  test('for another session, which holds a lock that all connections wait for', async () => {
    const holder = await mysql.createConnection(connectionOptions(server.database.address));
    await holder.query('LOCK TABLES users WRITE, pool WRITE');
    await everybodyIsTold(() => holder.end());
  });
});
