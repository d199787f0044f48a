import { randomUUID } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { buildSchemas } from '../../src/resolvers/schema';
import { bearer, codeOf, http, type HttpAnswer, post } from '../support/http';
import { allBackedUp, changesNothing } from '../support/traces';
import { ADMIN_ONLY, type Asker, EVERYBODY, PUBLIC, ROLES } from './doors';
import { startTestServer, type TestServer } from '../support/server';
import { waitFor } from '../support/wait';

const rootFields = (schema: ReturnType<typeof buildSchemas>['public']): string[] =>
  [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}).map((field) => `${type?.name ?? ''}.${field}`),
  );

describe('who may what', () => {
  const JWT_SECRET = 'the signing key of this test server, 32+';
  const SECRET = new TextEncoder().encode(JWT_SECRET);
  let server: TestServer;
  let adminUid: string;
  let authorizations: Record<Asker, Record<string, string>>;

  /** What the database says of pool and accounts, for tokens of the test's own. */
  const pool = { uid: '', epoch: '' };

  interface Claims {
    /** The account's uid. */
    sub: string;
    version?: number;
    issuer?: string;
    audience?: string;
    epoch?: string;
    /** Null: never. */
    expires?: string | number | null;
  }
  const claims = ({ sub, version, issuer, audience, epoch = pool.epoch, expires = '1h' }: Claims): SignJWT => {
    const of = new SignJWT(version === undefined ? { epoch } : { version, epoch })
      .setIssuer(issuer ?? pool.uid)
      .setAudience(audience ?? issuer ?? pool.uid)
      .setSubject(sub)
      .setIssuedAt();
    return expires === null ? of : of.setExpirationTime(expires);
  };
  const token = (of: Claims, key = SECRET, alg = 'HS256'): Promise<string> =>
    claims(of).setProtectedHeader({ alg }).sign(key);

  beforeAll(async () => {
    server = await startTestServer({ JWT_SECRET, BACKUP_VERIFY: 'checksum' });
    const { admin } = server;
    const operator = await admin.createUser('OPERATOR');
    const investor = await admin.createUser('INVESTOR');
    const changed = await admin.createUser('ADMIN');
    await changed.request(
      'mutation { changePassword(currentPassword: "a password of some length", newPassword: "another one") { token } }',
    );
    const uidOf = async (role: string): Promise<string> =>
      String((await server.database.query('SELECT uid FROM users WHERE role = ? ORDER BY id', [role]))[0]?.uid);
    Object.assign(pool, (await server.database.query('SELECT uid, epoch FROM pool'))[0]);
    adminUid = await uidOf('ADMIN');
    const sub = adminUid;
    const { id } = admin;
    const past = Math.floor(Date.now() / 1000) - 1;
    authorizations = {
      ADMIN: bearer(admin.token),
      OPERATOR: bearer(operator.token),
      INVESTOR: bearer(investor.token),
      // Nobody can sign in as the company; this is what the rules would say.
      COMPANY: bearer(await token({ sub: await uidOf('COMPANY'), version: 0 })),
      nobody: {},
      'an expired token': bearer(await token({ sub, version: 0, expires: past })),
      'a token of another key': bearer(await token({ sub, version: 0 }, new TextEncoder().encode('x'.repeat(32)))),
      'a token of another algorithm': bearer(await token({ sub, version: 0 }, SECRET, 'HS512')),
      'an unsigned token': bearer(
        new UnsecuredJWT({ version: 0, epoch: pool.epoch })
          .setIssuer(pool.uid)
          .setAudience(pool.uid)
          .setSubject(sub)
          .setExpirationTime('1h')
          .encode(),
      ),
      'a token of another issuer': bearer(await token({ sub, version: 0, issuer: 'somebody' })),
      'a token of an unknown account': bearer(await token({ sub: randomUUID(), version: 0 })),
      'a token of an account by its number': bearer(await token({ sub: id, version: 0 })),
      'a token without a version': bearer(await token({ sub })),
      'a token that never expires': bearer(await token({ sub, version: 0, expires: null })),
      'a token of another audience': bearer(await token({ sub, version: 0, audience: 'somebody' })),
      'a token of before a restore': bearer(await token({ sub, version: 0, epoch: randomUUID() })),
      'a token from before a change of the password': bearer(changed.token),
      'no bearer token': { authorization: `Basic ${Buffer.from('admin@example.com:x').toString('base64')}` },
      garbage: bearer('garbage'),
    };
  });
  afterAll(() => server.close());

  const ask = (door: 'graphql' | 'admin/graphql', asker: Asker, body: string | object): Promise<HttpAnswer> =>
    post(`${server.url}/${door}`, body, authorizations[asker]);
  const isRole = (asker: Asker): boolean => (ROLES as readonly Asker[]).includes(asker);
  const ASKERS: readonly Asker[] = [
    ...ROLES,
    'nobody',
    'an expired token',
    'a token of another key',
    'a token of another algorithm',
    'an unsigned token',
    'a token of another issuer',
    'a token of an unknown account',
    'a token of an account by its number',
    'a token without a version',
    'a token that never expires',
    'a token of another audience',
    'a token of before a restore',
    'a token from before a change of the password',
    'no bearer token',
    'garbage',
  ];

  test('every root field stands in the tables of this test', () => {
    const schemas = buildSchemas();
    expect(Object.keys(PUBLIC).sort()).toEqual(rootFields(schemas.public).sort());
    expect(Object.keys({ ...PUBLIC, ...ADMIN_ONLY }).sort()).toEqual(rootFields(schemas.admin).sort());
  });

  test('the tokens of this test are as good as those of the server', async () => {
    const answer = await post(
      `${server.url}/graphql`,
      { query: '{ me { id } }' },
      {
        ...bearer(await token({ sub: adminUid, version: 0 })),
      },
    );
    expect(answer.body).toEqual({ data: { me: { id: server.admin.id } } });
  });

  test('a token that was good is refused once it has expired', async () => {
    const expires = Math.floor(Date.now() / 1000) + 2;
    const short = bearer(await token({ sub: adminUid, version: 0, expires }));
    const me = (): Promise<HttpAnswer> => post(`${server.url}/graphql`, { query: '{ me { id } }' }, short);
    expect((await me()).body).toEqual({ data: { me: { id: server.admin.id } } });
    await waitFor('the token to expire', async () => codeOf(await me()) === 'UNAUTHENTICATED');
    expect(Date.now()).toBeGreaterThanOrEqual(expires * 1000);
  });

  describe.each(ASKERS)('%s', (asker) => {
    test('at the public door', async () => {
      const refusal = isRole(asker) ? 'FORBIDDEN' : 'UNAUTHENTICATED';
      await changesNothing(server, async () => {
        for (const [field, { document, for: allowed, then }] of Object.entries(PUBLIC)) {
          const isAllowed = allowed === EVERYBODY || allowed.includes(asker);
          const answer = await ask('graphql', asker, { query: document });
          expect([field, codeOf(answer)]).toEqual([field, isAllowed ? (then ?? null) : refusal]);
        }
      });
    });

    test('at the admin door: turned away before the document is parsed, unless ADMIN', async () => {
      const status = asker === 'ADMIN' ? 200 : isRole(asker) ? 403 : 401;
      const code = isRole(asker) ? 'FORBIDDEN' : 'UNAUTHENTICATED';
      for (const [field, { document, then }] of Object.entries({ ...PUBLIC, ...ADMIN_ONLY })) {
        const answer = await ask('admin/graphql', asker, { query: document });
        expect([field, answer.status, codeOf(answer)]).toEqual([
          field,
          status,
          asker === 'ADMIN' ? (then ?? null) : code,
        ]);
      }
      await allBackedUp(server);
      if (asker === 'ADMIN') return;
      for (const body of [{ query: '{ this is no document' }, '{ no JSON', '', { query: '{ __typename }' }]) {
        const answer = await ask('admin/graphql', asker, body);
        expect([answer.status, codeOf(answer)]).toEqual([status, code]);
        expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null);
      }
      const get = await http(`${server.url}/admin/graphql?query={`, { headers: authorizations[asker] });
      expect([get.status, codeOf(get)]).toEqual([status, code]);
    });
  });

  test('an ADMIN comes as far as the parser', async () => {
    expect(codeOf(await ask('admin/graphql', 'ADMIN', { query: '{ this is no document' }))).toBe(
      'GRAPHQL_PARSE_FAILED',
    );
    expect((await ask('admin/graphql', 'ADMIN', '{ no JSON')).status).toBe(400);
  });

  test('the refusals say what to do', async () => {
    const message = async (asker: Asker, query: string): Promise<unknown> => {
      const { body } = await ask('graphql', asker, { query });
      return (body as { errors: { message: string }[] }).errors[0]?.message;
    };
    expect(await message('nobody', '{ me { id } }')).toMatch(/^Sign in first/);
    expect(await message('no bearer token', '{ me { id } }')).toMatch(/Bearer <token>\.$/);
    expect(await message('an expired token', '{ me { id } }')).toMatch(/expired: sign in\.$/);
    expect(await message('a token from before a change of the password', '{ me { id } }')).toMatch(/revoked/);
    expect(await message('INVESTOR', '{ users { totalCount } }')).toBe(
      'users is for OPERATOR and ADMIN, not for INVESTOR.',
    );
  });
});
