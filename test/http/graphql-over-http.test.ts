import { serverAudits } from 'graphql-http';
import { bearer } from '../support/http';
import { startTestServer, type TestServer } from '../support/server';

const CSRF =
  'A page of another origin could make a browser send such a GET: it needs a header that browsers ask about.';

/** The audits that fail, each with its reason. Nothing here is a MUST or a SHOULD. */
const REFUSED: Readonly<Record<string, string>> = {
  'MAY accept application/x-www-form-urlencoded formatted GET requests': CSRF,
  'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/graphql-response+json':
    CSRF,
  'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/json': CSRF,
};

const PREFLIGHTED = { 'apollo-require-preflight': 'true' };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe.each<[path: string, who: string, headers: () => Record<string, string>, refused: typeof REFUSED]>([
  ['/graphql', 'anybody', () => ({}), REFUSED],
  ['/graphql', 'a client that sends the header', () => PREFLIGHTED, {}],
  ['/admin/graphql', 'an ADMIN', () => bearer(server.admin.token), REFUSED],
  ['/admin/graphql', 'an ADMIN that sends the header', () => ({ ...PREFLIGHTED, ...bearer(server.admin.token) }), {}],
])('the audits of GraphQL over HTTP at %s, asked by %s', (path, _who, headers, refused) => {
  const audits = serverAudits({
    url: () => `${server.url}${path}`,
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, { ...init, headers: { ...(init.headers as Record<string, string>), ...headers() } }),
  });

  test('are all there', () => {
    const names = audits.map(({ name }) => name as string);
    expect(names).toHaveLength(61);
    expect(names.filter((name) => name.startsWith('MUST'))).toHaveLength(13);
    expect(Object.keys(refused).filter((name) => !names.includes(name) || !name.startsWith('MAY'))).toEqual([]);
  });

  test.each(audits.map(({ name, fn }) => [name as string, fn] as const))('%s', async (name, audit) => {
    const result = await audit();
    if (name in refused) expect(result.status).toBe('notice');
    else expect(result).toEqual({ id: result.id, name, status: 'ok' });
  });
});
