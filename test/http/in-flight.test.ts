import { connect, type Socket } from 'node:net';
import { bearer, post } from '../support/http';
import { startTestServer, type TestServer } from '../support/server';
import { waitFor } from '../support/wait';

/** Above the bound on requests in flight. */
const MANY = 200;

describe('requests in flight', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await startTestServer();
  });
  afterEach(() => server.close());

  const open = (): Socket => {
    const { hostname, port } = new URL(server.url);
    return connect(Number(port), hostname).on('error', () => undefined);
  };
  const headers = (path: string, length: number): string =>
    `POST ${path} HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\nauthorization: Bearer ${server.admin.token ?? ''}\r\ncontent-length: ${length}\r\n\r\n`;
  const status = async (): Promise<number> =>
    (await post(`${server.url}/graphql`, { query: '{ __typename }' }, bearer(server.admin.token))).status;

  test('count until they end, however their path is spelled, and no longer', async () => {
    const half = Array.from({ length: MANY }, () => {
      const socket = open();
      socket.write(headers('/%67raphql', 10));
      return socket;
    });
    await waitFor('the server to be busy', async () => (await status()) === 503);
    for (const socket of half) socket.destroy();
    await waitFor('the server to be free', async () => (await status()) === 200);
  });

  test('count no longer when many came on one connection that breaks off', async () => {
    const body = JSON.stringify({ query: '{ __typename }' });
    const socket = open();
    socket.write(`${headers('/graphql', body.length)}${body}`.repeat(MANY));
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    await waitFor('the server to be free', async () => (await status()) === 200);
  });

  test('that never come in whole do not keep the server from stopping', async () => {
    const socket = open();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(`${headers('/graphql', 10)}{`);
    await waitFor('the connection', async () => (await status()) === 200);
    await server.close();
    await closed;
    server.close = () => Promise.resolve();
  });
});
