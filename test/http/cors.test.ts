import { http, type HttpAnswer, post } from '../support/http';
import { startTestServer, type TestServer } from '../support/server';

const APP = 'https://app.example.com';

describe('pages of other origins', () => {
  let server: TestServer;
  afterEach(() => server.close());

  const preflight = (origin: string, path = '/graphql'): Promise<HttpAnswer> =>
    http(`${server.url}${path}`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
  const ask = (origin: string): Promise<HttpAnswer> =>
    post(`${server.url}/graphql`, { query: '{ __typename }' }, { origin });
  const allowed = ({ headers }: HttpAnswer): string | null => headers.get('access-control-allow-origin');

  test('may not read an answer, unless CORS_ORIGIN names them', async () => {
    server = await startTestServer();
    expect(allowed(await preflight(APP))).toBeNull();
    expect(allowed(await ask(APP))).toBeNull();
    expect(allowed(await preflight('null'))).toBeNull();
  });

  test('may where CORS_ORIGIN names them, and others still may not', async () => {
    server = await startTestServer({ CORS_ORIGIN: `https://other.example.com, ${APP}` });
    for (const path of ['/graphql', '/admin/graphql']) {
      const answer = await preflight(APP, path);
      expect(answer.status).toBe(204);
      expect(allowed(answer)).toBe(APP);
      expect(answer.headers.get('access-control-allow-headers')).toMatch(/authorization/);
      expect(answer.headers.get('vary')).toMatch(/origin/i);
    }
    const answer = await ask(APP);
    expect(allowed(answer)).toBe(APP);
    expect(answer.headers.get('access-control-expose-headers')).toBe('x-request-id, retry-after');
    for (const origin of [
      'https://evil.example.com',
      'http://app.example.com',
      `${APP}.evil.com`,
      `${APP}:444`,
      'null',
    ]) {
      expect(allowed(await preflight(origin))).toBeNull();
      expect(allowed(await ask(origin))).toBeNull();
    }
  });

  test('may all where CORS_ORIGIN is *, and no cookies are involved', async () => {
    server = await startTestServer({ CORS_ORIGIN: '*' });
    const answer = await ask('https://anybody.example.com');
    expect(allowed(answer)).toBe('*');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  });
});
