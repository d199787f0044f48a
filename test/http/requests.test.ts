import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { bearer, codeOf, http, type HttpAnswer, post } from '../support/http';
import { startTestServer, type TestServer } from '../support/server';
import { changesNothing } from '../support/traces';

describe('requests that are not as they should be', () => {
  let server: TestServer;
  let url: string;

  beforeAll(async () => {
    server = await startTestServer();
    url = `${server.url}/graphql`;
  });
  afterAll(() => server.close());

  const MUTATION = 'mutation { buyVehicle(input: { title: "A", cost: 1 }) { id } }';
  const admin = (): Record<string, string> => bearer(server.admin.token);

  /** Every refusal is JSON in the form of GraphQL's errors, and says nothing of files, SQL or code. */
  const isTidy = ({ body, text: all }: HttpAnswer): void => {
    expect(body).toEqual({
      errors: [
        expect.objectContaining({
          message: expect.stringMatching(/^[A-Z`].{9,}/) as string,
          extensions: { code: expect.stringMatching(/^[A-Z_]+$/) as string },
        }),
      ],
    });
    expect(all).not.toMatch(/node_modules|\.ts|\.js\b|\bat .*\(|SELECT|stack/);
  };

  test('a body that is too large', async () => {
    const answer = await post(url, { query: `{ __typename } # ${'x'.repeat(1024 * 1024)}` }, admin());
    expect(answer.status).toBe(413);
    isTidy(answer);
  });

  test.each([
    ['no JSON', '{ "query": '],
    ['nothing', ''],
  ])('a body of %s', async (_what, body) => {
    const answer = await post(url, body, admin());
    expect(answer.status).toBe(400);
    isTidy(answer);
  });

  test.each([
    ['no query', {}],
    ['a query that is no text', { query: 1 }],
    ['a list of requests', [{ query: '{ __typename }' }, { query: '{ __typename }' }]],
    ['variables that are no object', { query: '{ __typename }', variables: 'x' }],
    ['an operation that the document does not hold', { query: '{ __typename }', operationName: 'Other' }],
    ['two operations and no choice', { query: 'query A { __typename } query B { __typename }' }],
    ['a subscription', { query: 'subscription { vehicles }' }],
  ])('a body with %s', async (_what, body) => {
    const answer = await post(url, body, { ...admin(), accept: 'application/graphql-response+json' });
    expect(answer.status).toBe(400);
    isTidy(answer);
  });

  test('a media type that is not known', async () => {
    const answer = await post(url, `query=${MUTATION}`, { ...admin(), 'content-type': 'application/xml' });
    expect(answer.status).toBe(415);
    isTidy(answer);
  });

  // What a form or an image of another page could send without asking first.
  test.each([
    'text/plain',
    'text/plain; charset=utf-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
  ])('a mutation sent as %s', async (type) => {
    const body = JSON.stringify({ query: MUTATION });
    const answer = await changesNothing(server, () => post(url, body, { ...admin(), 'content-type': type }));
    expect([400, 415]).toContain(answer.status);
    isTidy(answer);
  });

  describe('GET', () => {
    const get = (query: string, headers: Record<string, string> = {}): Promise<HttpAnswer> =>
      http(`${url}?query=${encodeURIComponent(query)}`, { headers: { accept: 'application/json', ...headers } });
    const PREFLIGHTED = { 'apollo-require-preflight': 'true' };

    test('without a header that makes a browser ask first is refused', async () => {
      const answer = await get('{ me { id } }', admin());
      expect(answer.status).toBe(400);
      expect(answer.text).toMatch(/CSRF/);
      isTidy(answer);
    });

    test('with one is answered', async () => {
      const answer = await get('{ me { id } }', { ...admin(), ...PREFLIGHTED });
      expect(answer).toMatchObject({ status: 200, body: { data: { me: { id: server.admin.id } } } });
    });

    test('never runs a mutation', async () => {
      const answer = await changesNothing(server, () => get(MUTATION, { ...admin(), ...PREFLIGHTED }));
      expect(answer.status).toBe(405);
      isTidy(answer);
    });
  });

  test.each(['PUT', 'DELETE', 'PATCH'])('the method %s', async (method) => {
    const answer = await http(url, { method, headers: admin() });
    expect([404, 405]).toContain(answer.status);
  });

  test.each(['/x', '/graphql/x', '/../etc/passwd', '/admin/graphql/../../x', '/%00', '/%'])(
    'the path %s',
    async (path) => {
      const answer = await http(`${server.url}${path}`);
      expect([400, 404]).toContain(answer.status);
      expect(answer.text).not.toMatch(/node_modules|root:/);
    },
  );

  test('what is no HTTP at all', async () => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.end('\u0016\u0003\u0001 this is no HTTP\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /);
    expect((await http(`${server.url}/healthz`)).status).toBe(200);
  });

  test('a request has an id of its own, and the usual headers guard its answer', async () => {
    const answers = [await http(`${server.url}/healthz`), await post(url, { query: '{ __typename }' })];
    const ids = answers.map(({ headers }) => headers.get('x-request-id'));
    expect(new Set(ids).size).toBe(2);
    for (const { headers } of answers) {
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toMatch(/frame-ancestors 'none'/);
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });

  test('another host is refused where PUBLIC_URL is set; probes ask by address', async () => {
    const settings = { PUBLIC_URL: 'https://pool.example.com', TRUST_PROXY: 'true', BACKUP_VERIFY: 'checksum' };
    const known = await startTestServer(settings);
    try {
      // fetch lets nobody set Host; a page may well set the other one.
      const statusAs = async (host: string, path = '/admin'): Promise<number | undefined> => {
        const asked = get(`${known.url}${path}`, { headers: { host, 'x-forwarded-host': 'pool.example.com' } });
        const [answer] = (await once(asked, 'response')) as [IncomingMessage];
        answer.resume();
        return answer.statusCode;
      };
      for (const host of ['pool.example.com', 'POOL.example.com:443', 'localhost:4000', '127.0.0.1', '[::1]:80']) {
        expect(await statusAs(host)).toBe(200);
      }
      for (const host of ['evil.example', 'pool.example.com:81', '127.0.0.1.evil.example', 'localhost.evil', 'a b']) {
        expect(await statusAs(host)).toBe(421);
        expect(await statusAs(host, '/graphql')).toBe(421);
      }
      expect(await statusAs('evil.example', '/healthz')).toBe(200);
    } finally {
      await known.close();
    }
  });

  test('the schema is shown to developers, and in production to ADMIN alone', async () => {
    const introspect = { query: '{ __schema { queryType { name } } }' };
    const wrong = { query: '{ vehicle(ID: 1) { id } payments(filter: { status: PENDIN }) { nodes { id } } }' };
    expect(codeOf(await post(url, introspect))).toBeNull();
    const production = await startTestServer({
      NODE_ENV: 'production',
      JWT_SECRET: 'x'.repeat(32),
      BACKUP_VERIFY: 'checksum',
    });
    try {
      const answer = await post(`${production.url}/graphql`, introspect, bearer(production.admin.token));
      expect(codeOf(answer)).toBe('GRAPHQL_VALIDATION_FAILED');
      const asAdmin = await post(`${production.url}/admin/graphql`, introspect, bearer(production.admin.token));
      expect(asAdmin.body).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });
      // Nor are its names suggested, one wrong guess at a time.
      const messagesAt = async (door: string): Promise<string[]> => {
        const { body } = await post(`${production.url}${door}`, wrong, bearer(production.admin.token));
        return (body as { errors: { message: string }[] }).errors.map(({ message }) => message);
      };
      expect((await messagesAt('/admin/graphql')).join(' ')).toMatch(/Did you mean "id"\?.*Did you mean .*"PENDING"/);
      const hidden = await messagesAt('/graphql');
      expect(hidden).toContain('Unknown argument "ID" on field "Query.vehicle".');
      expect(hidden.join(' ')).not.toMatch(/did you mean|PENDING/i);
    } finally {
      await production.close();
    }
  });
});
