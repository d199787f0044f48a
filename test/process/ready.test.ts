import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { connectionOptions } from '../../src/database/connection/connection-options';
import { Client } from '../support/client';
import { createTestDatabase } from '../support/database';
import { codeOf, http, post } from '../support/http';
import { waitFor } from '../support/wait';
import { ADMIN_PASSWORD, clearUp, newFolder, start } from './programs';

const EMAIL = 'admin@example.com';
/** More than an address or an account may be wrong. */
const WRONG_TRIES = 30;
const STARTS = 3;

const LOGIN = 'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { token } }';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

afterEach(clearUp);

test('the first sign-in after /readyz says so is answered', async () => {
  for (let i = 0; i < STARTS; i += 1) {
    const database = await createTestDatabase();
    const port = await freePort();
    const settings = { DATABASE_URL: database.url, PORT: String(port), ADMIN_PASSWORD };
    const server = start(newFolder(), 'main', { settings });
    const url = `http://127.0.0.1:${port}`;
    const isReady = async (): Promise<boolean> => (await http(`${url}/readyz`).catch(() => null))?.status === 200;
    while (!(await isReady())) await pause(2);
    const answer = await post(`${url}/graphql`, {
      query: LOGIN,
      variables: { email: EMAIL, password: ADMIN_PASSWORD },
    });
    expect(answer.text).toContain('"token"');
    await server.end('SIGTERM');
    await database.drop();
  }
}, 120_000);

test('until the first ADMIN exists it is not ready, and a try to sign in is no wrong try', async () => {
  const database = await createTestDatabase();
  const folder = newFolder();
  const port = await freePort();
  const settings = { DATABASE_URL: database.url, PORT: String(port), ADMIN_PASSWORD };
  const before = start(folder, 'main', { settings });
  await before.said(/is ready at/);
  await before.end('SIGTERM');
  await database.query("DELETE FROM users WHERE role = 'ADMIN'");
  // Another server that is about to make the account, as it seems.
  const holder = await mysql.createConnection(connectionOptions(database.address));
  await holder.query('START TRANSACTION');
  await holder.query(`INSERT INTO users (name, email, role, createdAt) VALUES ('A', '${EMAIL}', 'ADMIN', NOW(3))`);
  const server = start(folder, 'main', { settings });
  const url = `http://127.0.0.1:${port}`;
  await waitFor('the server to listen', () => http(`${url}/healthz`).catch(() => null));
  expect((await http(`${url}/readyz`)).status).toBe(503);
  for (let i = 0; i < WRONG_TRIES; i += 1) {
    const answer = await post(`${url}/graphql`, { query: LOGIN, variables: { email: EMAIL, password: 'no' } });
    expect([answer.status, codeOf(answer)]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(answer.headers.get('retry-after')).toBe('1');
  }
  await holder.query('ROLLBACK');
  await holder.end();
  await server.said(/is ready at/);
  expect((await http(`${url}/readyz`)).status).toBe(200);
  await Client.signIn(url, EMAIL, ADMIN_PASSWORD);
  await server.end('SIGTERM');
  await database.drop();
}, 120_000);

test('a password is told before it is stored: killed at once, the server has told the one that counts', async () => {
  for (let i = 0; i < STARTS; i += 1) {
    const database = await createTestDatabase();
    const folder = newFolder();
    const settings = { DATABASE_URL: database.url };
    const told = /with the password (\S+) \(shown this once\)/;
    const killed = start(folder, 'main', { settings });
    const [, first = ''] = await killed.said(told);
    await killed.end('SIGKILL');
    const server = start(folder, 'main', { settings });
    const [, url = ''] = await server.said(/is ready at (\S+)\/graphql,/);
    const [, password = first] = told.exec(server.stdout) ?? [];
    await Client.signIn(url, EMAIL, password);
    await server.end('SIGTERM');
    await database.drop();
  }
}, 180_000);
