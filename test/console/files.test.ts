import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { bearer, codeOf, http } from '../support/http';
import { ROOT } from '../support/programs';
import { startTestServer, type TestServer } from '../support/server';
import { allBackedUp } from '../support/traces';

const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

/** As typed: fetch would tidy the path up first. */
const rawStatus = (url: string, typedPath: string, headers: Record<string, string> = {}): Promise<number> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    request({ hostname, port, path: typedPath, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });

describe("the console's files", () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer({ BACKUP_VERIFY: 'checksum' });
  });
  afterAll(() => server.close());

  const page = (url = '/admin'): ReturnType<typeof http> =>
    http(server.url + url, { headers: { ...BROWSER, 'accept-encoding': 'br, gzip, deflate' } });
  const policyOf = async (url: string): Promise<string> => {
    const { headers } = await page(url);
    return headers.get('content-security-policy') ?? '';
  };

  test.each([
    '/',
    '/account',
    '/payments',
    '/payments/7',
    '/vehicles',
    '/vehicles/7',
    '/members',
    '/members/7',
    '/admin',
    '/admin/',
    '/admin/backups',
    '/admin/changes',
    '/admin/log',
  ])('%s is asked for anew, and lets nothing in from elsewhere', async (url) => {
    const { status, headers } = await page(url);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-cache');
    const policy = await policyOf(url);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  test.each(['/admin/playground', '/graphql'])(
    '%s takes styles of its editor, and still no foreign script',
    async (url) => {
      const policy = await policyOf(url);
      expect(policy).toContain("script-src 'self';");
      expect(policy.match(/'unsafe-[a-z-]+'/g)).toEqual(["'unsafe-inline'"]);
      expect(policy).toContain("style-src 'self' 'unsafe-inline'");
    },
  );

  test('what a page loads is named by its content, compressed, and kept for good', async () => {
    const { text, headers: ofPage } = await page();
    const [, script = ''] = /<script [^>]*src="([^"]+)"/.exec(text) ?? [];
    expect(text).not.toMatch(/<script(?![^>]*src=)|https?:\/\//);
    for (const encoding of ['br', 'gzip']) {
      const { status, headers } = await http(server.url + script, { headers: { 'accept-encoding': encoding } });
      expect(status).toBe(200);
      expect(headers.get('content-encoding')).toBe(encoding);
      expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(headers.get('vary')).toBe('accept-encoding');
      expect(headers.get('content-type')).toMatch(/^(text|application)\/javascript/);
    }
    const plain = await http(server.url + script, { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    // Not by fetch: it asks for a fresh answer where a caller sets this header.
    const known = { ...BROWSER, 'accept-encoding': 'br, gzip, deflate', 'if-none-match': ofPage.get('etag') ?? '' };
    expect(await rawStatus(server.url, '/admin', known)).toBe(304);
  });

  test.each(['/accounts', '/payments/7/8', '/admin/nothing', '/index.html'])('%s is no page', async (url) => {
    expect((await page(url)).status).toBe(404);
  });

  test.each([
    '/admin/assets/nothing.js',
    '/admin/assets/../index.html',
    '/admin/assets/..%2findex.html',
    '/admin/assets/%2e%2e/%2e%2e/package.json',
    '/admin/assets//etc/passwd',
    '/admin/assets/%00',
  ])('%s is no file', async (typed) => {
    expect([400, 403, 404]).toContain(await rawStatus(server.url, typed));
  });

  test('GET /graphql is the playground for a browser, the API for a client, and the API alone in production', async () => {
    expect((await page('/graphql')).text).toContain('<div id="root">');
    const query = `/graphql?query=${encodeURIComponent('{ __typename }')}`;
    const asked = await http(server.url + query, {
      headers: { accept: 'application/json', 'apollo-require-preflight': '1' },
    });
    expect(asked.body).toEqual({ data: { __typename: 'Query' } });
    const production = await startTestServer({ NODE_ENV: 'production', JWT_SECRET: 'x'.repeat(32) });
    try {
      const { status, text } = await http(`${production.url}/graphql`, { headers: BROWSER });
      expect(status).toBe(400);
      expect(text).not.toContain('<div id="root">');
    } finally {
      await production.close();
    }
  });

  test.each([
    ['console', 'console/src/api/operations.ts'],
    ['pool', 'console/src/api/pool-operations.ts'],
    ['examples', 'examples/operations.ts'],
  ])('the types of what the %s ask are those of the schema', (target, file) => {
    const generated = execFileSync(process.execPath, ['console/codegen.mjs', '--print', target], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(readFileSync(path.join(ROOT, file), 'utf8')).toBe(generated);
  });

  describe('the download of a backup', () => {
    let filename: string;
    const get = (name: string, token: string | null = server.admin.token): Promise<Response> =>
      fetch(`${server.url}/admin/backups/${name}`, { headers: bearer(token) });

    beforeAll(async () => {
      await server.admin.buy('1.00');
      await allBackedUp(server);
      const { latestBackup } = await server.admin.administer<{ latestBackup: { filename: string } }>(
        '{ latestBackup { filename } }',
      );
      filename = latestBackup.filename;
    });

    test('gives the file to the byte, with its hash', async () => {
      const answer = await get(filename);
      const content = Buffer.from(await answer.arrayBuffer());
      expect(answer.status).toBe(200);
      expect(content).toEqual(readFileSync(path.join(server.backups, filename)));
      const hash = createHash('sha256').update(content);
      expect(answer.headers.get('x-checksum-sha256')).toBe(hash.copy().digest('hex'));
      expect(answer.headers.get('repr-digest')).toBe(`sha-256=:${hash.digest('base64')}:`);
      expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${filename}"`);
      expect(answer.headers.get('content-length')).toBe(String(content.length));
      expect(answer.headers.get('cache-control')).toBe('no-store');
    });

    test('is for ADMIN alone', async () => {
      const operator = await server.admin.createUser('OPERATOR');
      expect((await get(filename, null)).status).toBe(401);
      expect((await get(filename, 'x.y.z')).status).toBe(401);
      expect((await get(filename, operator.token)).status).toBe(403);
    });

    test.each([
      'db_backup-2020-01-01_00-00-00.sql',
      'nothing',
      '..%2f..%2flogs%2fbackup.log',
      '%2e%2e%2f%2e%2e%2fjwt-secret',
      '%2fetc%2fpasswd',
      'db_backup-2020-01-01_00-00-00.sql%00',
      "'%20OR%20''='",
    ])('finds nothing by the name %s', async (name) => {
      const headers = bearer(server.admin.token);
      expect(await rawStatus(server.url, `/admin/backups/${name}`, headers)).toBe(404);
      expect(codeOf(await http(`${server.url}/admin/backups/${name}`, { headers }))).toBe('NOT_FOUND');
    });

    test('follows no link, whatever it is called', async () => {
      const link = path.join(server.backups, 'db_backup-2020-01-01_00-00-00.sql');
      symlinkSync(path.join(server.backups, filename), link);
      try {
        expect((await get(path.basename(link))).status).toBe(404);
      } finally {
        unlinkSync(link);
      }
    });

    test('refuses a damaged file, also after it was sent once', async () => {
      const file = path.join(server.backups, filename);
      const content = readFileSync(file);
      const damaged = Buffer.from(content);
      damaged.write('X', 100);
      writeFileSync(file, damaged);
      try {
        const answer = await get(filename);
        expect(answer.status).toBe(500);
        expect(await answer.text()).toContain('BACKUP_DAMAGED');
      } finally {
        writeFileSync(file, content);
      }
      expect((await get(filename)).status).toBe(200);
    });
  });
});
