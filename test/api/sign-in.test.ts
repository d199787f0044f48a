import { decodeJwt, decodeProtectedHeader } from 'jose';
import { pino } from 'pino';
import { hashPassword, isPassword } from '../../src/services/passwords';
import { PASSWORD } from '../support/client';
import { codeOf } from '../support/http';
import { ADMIN } from '../support/server';
import { newAddress, type SignInServer, startSignInServer } from './sign-in-server';

describe('signing in', () => {
  let server: SignInServer;

  beforeAll(async () => {
    server = await startSignInServer();
  });
  afterAll(() => server.close());
  afterEach(() => jest.restoreAllMocks());

  test('gives a token for an hour, signed by the pinned algorithm and holding nothing but who it is for', async () => {
    const { body } = await server.login(` ${ADMIN.email.toUpperCase()} `, ADMIN.password, newAddress());
    const { token, expiresAt, user } = (
      body as { data: { login: { token: string; expiresAt: string; user: unknown } } }
    ).data.login;
    expect(user).toEqual({ id: server.admin.id, email: ADMIN.email, role: 'ADMIN' });
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256' });
    const claims = decodeJwt(token);
    expect(Object.keys(claims).sort()).toEqual(['aud', 'epoch', 'exp', 'iat', 'iss', 'sub', 'version']);
    const [known] = await server.database.query(
      'SELECT p.uid, p.epoch, u.uid AS sub FROM pool p JOIN users u ON u.id = ?',
      [server.admin.id],
    );
    expect(claims).toMatchObject({ sub: known?.sub, iss: known?.uid, aud: known?.uid, epoch: known?.epoch });
    expect(new Date((claims.exp ?? 0) * 1000).toISOString()).toBe(expiresAt);
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(3_590_000);
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(3_600_000);
  });

  test('answers a wrong password, an unknown email and an account that cannot sign in all the same', async () => {
    const { email } = await server.newAccount();
    const disabled = await server.newAccount();
    await server.admin.administer('mutation ($id: ID!) { disableUser(id: $id) { id } }', { id: disabled.client.id });
    const address = newAddress();
    const answers = [];
    for (const [who, password] of [
      [email, 'wrong'],
      [email, ''],
      [email, 'x'.repeat(10_000)],
      ['unknown@example.com', PASSWORD],
      ['', ''],
      ["' OR 1=1 -- @example.com", PASSWORD],
      ['company@motorpool.invalid', ''],
      [disabled.email, PASSWORD],
    ] as const) {
      answers.push(await server.login(who, password, address));
    }
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(body).toEqual({
        data: null,
        errors: [
          expect.objectContaining({
            message: 'The email or the password is wrong.',
            extensions: { code: 'UNAUTHENTICATED' },
          }),
        ],
      });
    }
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  test('takes as long for an account that does not exist', async () => {
    const stored = await hashPassword(PASSWORD);
    const timed = async (hash: string | null): Promise<number> => {
      const start = performance.now();
      expect(await isPassword(hash, 'wrong')).toBe(false);
      return performance.now() - start;
    };
    await isPassword(null, 'wrong');
    // In turns, so that what else the machine does meanwhile slows both.
    const times: { known: number; unknown: number }[] = [];
    for (let i = 0; i < 9; i++) times.push({ known: await timed(stored), unknown: await timed(null) });
    const median = (which: 'known' | 'unknown'): number =>
      times.map((pair) => pair[which]).sort((x, y) => x - y)[4] ?? 0;
    const [known, unknown] = [median('known'), median('unknown')];
    // Without the hash it would be a hundred times faster.
    expect(unknown).toBeGreaterThan(known / 3);
    expect(unknown).toBeLessThan(known * 3);
  });

  describe('after a few wrong tries', () => {
    const wrongTries = async (email: string, address: string, times = 5): Promise<void> => {
      for (let i = 0; i < times; i++) {
        expect(codeOf(await server.login(email, `wrong ${i}`, address))).toBe('UNAUTHENTICATED');
      }
    };

    test('the account is limited there, for the right password too, until a minute has passed', async () => {
      const { email } = await server.newAccount();
      const address = newAddress();
      await wrongTries(email, address);
      for (const spelling of [email, ` ${email.toUpperCase()}`]) {
        const { body } = await server.login(spelling, PASSWORD, address);
        const [error] = (body as { errors: { message: string; extensions: Record<string, unknown> }[] }).errors;
        const retryAfterSeconds = Number(error?.extensions.retryAfterSeconds);
        expect(error?.extensions).toEqual({ code: 'RATE_LIMITED', retryAfterSeconds });
        expect(error?.message).toBe(`Too many wrong tries: try again in ${retryAfterSeconds} seconds.`);
        expect(retryAfterSeconds).toBeGreaterThan(50);
        expect(retryAfterSeconds).toBeLessThanOrEqual(60);
      }
      const now = Date.now.bind(Date);
      jest.spyOn(Date, 'now').mockImplementation(() => now() + 30_000);
      expect(codeOf(await server.login(email, PASSWORD, address))).toBe('RATE_LIMITED');
      jest.spyOn(Date, 'now').mockImplementation(() => now() + 60_001);
      expect(codeOf(await server.login(email, PASSWORD, address))).toBeNull();
    });

    test('of a stranger the account signs in from elsewhere', async () => {
      const { email } = await server.newAccount();
      await wrongTries(email, newAddress());
      expect(codeOf(await server.login(email, PASSWORD, newAddress()))).toBeNull();
    });

    test('of many strangers it signs in from where it did before, and nowhere else', async () => {
      const { email } = await server.newAccount();
      const home = newAddress();
      expect(codeOf(await server.login(email, PASSWORD, home))).toBeNull();
      const answers = await Promise.all(
        Array.from({ length: 35 }, (_, i) => server.login(email, `wrong ${i}`, newAddress())),
      );
      expect(answers.map(codeOf).filter((code) => code === 'UNAUTHENTICATED')).toHaveLength(30);
      expect(answers.map(codeOf).filter((code) => code === 'RATE_LIMITED')).toHaveLength(5);
      expect(codeOf(await server.login(email, PASSWORD, newAddress()))).toBe('RATE_LIMITED');
      expect(codeOf(await server.login(email, PASSWORD, home))).toBeNull();
    });

    test('an address of IPv6 counts by its network', async () => {
      const { email } = await server.newAccount();
      for (let i = 0; i < 5; i++) {
        expect(codeOf(await server.login(email, `wrong ${i}`, `2001:db8::7:0:0:${i + 1}`))).toBe('UNAUTHENTICATED');
      }
      expect(codeOf(await server.login(email, PASSWORD, '2001:0DB8:0:0:ffff::1'))).toBe('RATE_LIMITED');
      expect(codeOf(await server.login(email, PASSWORD, '2001:db8:0:1::1'))).toBeNull();
    });

    test('of others at the same address it signs in, too, where it did before', async () => {
      const { email } = await server.newAccount();
      const office = newAddress();
      expect(codeOf(await server.login(email, PASSWORD, office))).toBeNull();
      await wrongTries(email, office, 6);
      for (let i = 0; i < 25; i++) await server.login(`someone.${i}@example.com`, 'wrong', office);
      expect(codeOf(await server.login('another@example.com', 'wrong', office))).toBe('RATE_LIMITED');
      expect(codeOf(await server.login(email, PASSWORD, office))).toBeNull();
    });

    test('other accounts are not, and the tokens of the account go on', async () => {
      const { email, client } = await server.newAccount();
      const other = await server.newAccount();
      const address = newAddress();
      await wrongTries(email, address);
      expect(codeOf(await server.login(other.email, PASSWORD, address))).toBeNull();
      expect(await client.request('{ me { email } }')).toEqual({ me: { email } });
    });

    test('an account that does not exist is limited just so', async () => {
      const address = newAddress();
      await wrongTries('nobody.at.all@example.com', address);
      expect(codeOf(await server.login('nobody.at.all@example.com', PASSWORD, address))).toBe('RATE_LIMITED');
    });

    test('other spellings that the database takes for the same email are other accounts', async () => {
      const { email } = await server.newAccount();
      for (const spelling of [email.replace('m', 'ｍ'), email.replace('e', 'é'), email.replace('@', '\u200b@')]) {
        expect(codeOf(await server.login(spelling, PASSWORD, newAddress()))).toBe('UNAUTHENTICATED');
      }
    });

    test('many at once do not slip past the limit of an account', async () => {
      const { email } = await server.newAccount();
      const address = newAddress();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => server.login(email, `wrong ${i}`, address)),
      );
      expect(answers.map(codeOf).filter((code) => code === 'UNAUTHENTICATED')).toHaveLength(5);
      expect(answers.map(codeOf).filter((code) => code === 'RATE_LIMITED')).toHaveLength(15);
    });

    test('nor past the limit of an address, and other addresses are free', async () => {
      const { email } = await server.newAccount();
      const address = newAddress();
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, i) => server.login(`someone.${i}@example.com`, 'wrong', address)),
      );
      expect(answers.map(codeOf).filter((code) => code === 'UNAUTHENTICATED')).toHaveLength(20);
      expect(answers.map(codeOf).filter((code) => code === 'RATE_LIMITED')).toHaveLength(20);
      expect(codeOf(await server.login(email, PASSWORD, address))).toBe('RATE_LIMITED');
      expect(codeOf(await server.login(email, PASSWORD, newAddress()))).toBeNull();
    });

    test('right ones are bounded too, for an account from an address', async () => {
      const { email } = await server.newAccount();
      const address = newAddress();
      const answers = await Promise.all(Array.from({ length: 40 }, () => server.login(email, PASSWORD, address)));
      expect(answers.map(codeOf).filter((code) => code === null)).toHaveLength(30);
      expect(answers.map(codeOf).filter((code) => code === 'RATE_LIMITED')).toHaveLength(10);
      expect(codeOf(await server.login(email, PASSWORD, newAddress()))).toBeNull();
    });
  });

  test('an address is what the connection says, unless a proxy is trusted', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
    const direct = await startSignInServer({ TRUST_PROXY: 'false' }, log);
    try {
      const codes = [];
      for (let i = 0; i < 21; i++) {
        const answer = await direct.login(`someone.${i}@example.com`, 'wrong', `192.0.2.${i}`);
        codes.push(codeOf(answer));
      }
      expect(codes.slice(0, 20)).toEqual(Array(20).fill('UNAUTHENTICATED'));
      expect(codes[20]).toBe('RATE_LIMITED');
      const told = lines.filter((line) => line.includes('TRUST_PROXY'));
      expect(told).toHaveLength(1);
      expect(told[0]).toMatch(/count as one address/);
    } finally {
      await direct.close();
    }
  });

  test('behind a proxy an address is what the proxy saw, whatever the client wrote before it', async () => {
    const seen = newAddress();
    const codes = [];
    for (let i = 0; i < 21; i++) {
      codes.push(codeOf(await server.login(`spoofer.${i}@example.com`, 'wrong', `203.0.113.${i}, ${seen}`)));
    }
    expect(codes.slice(0, 20)).toEqual(Array(20).fill('UNAUTHENTICATED'));
    expect(codes[20]).toBe('RATE_LIMITED');
  });

  test('passwords are kept as argon2id with 19 MiB and two passes, each with a salt of its own', async () => {
    const accounts = [await server.newAccount(), await server.newAccount()];
    const rows = await server.database.query('SELECT passwordHash FROM users WHERE email IN (?)', [
      accounts.map(({ email }) => email),
    ]);
    for (const { passwordHash } of rows) expect(passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(new Set(rows.map(({ passwordHash }) => passwordHash)).size).toBe(2);
  });
});
