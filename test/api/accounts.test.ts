import { type Client, PASSWORD, type RefusedRequest, refusalOf } from '../support/client';
import { startTestServer, type TestServer } from '../support/server';

/** What an ADMIN may do to accounts. */
describe('accounts, in the hands of an ADMIN', () => {
  let server: TestServer;
  let admin: Client;

  beforeAll(async () => {
    server = await startTestServer({ BACKUP_VERIFY: 'checksum' });
    ({ admin } = server);
  });
  afterAll(() => server.close());

  const change = (action: string, id: string, by = admin): Promise<unknown> =>
    by.administer(`mutation ($id: ID!) { ${action}(id: $id) { id disabledAt balance percentage } }`, { id });
  const resetPassword = (id: string, newPassword: string): Promise<unknown> =>
    admin.administer('mutation ($id: ID!, $to: String!) { resetPassword(id: $id, newPassword: $to) { id } }', {
      id,
      to: newPassword,
    });
  const emailOf = async ({ id }: Client): Promise<string> =>
    (await admin.request<{ user: { email: string } }>('query ($id: ID!) { user(id: $id) { email } }', { id })).user
      .email;
  const signIn = async (client: Client, password = PASSWORD): Promise<RefusedRequest | 'signed in'> => {
    const email = await emailOf(client);
    const login = server.signIn(email, password);
    return login.then(
      () => 'signed in',
      () => refusalOf(login),
    );
  };
  const isRevoked = async (client: Client): Promise<void> => {
    expect((await client.refused('{ me { id } }')).code).toBe('UNAUTHENTICATED');
  };

  test('a disabled one is signed out, cannot sign in, and keeps what it holds; enabled, it can again', async () => {
    const member = await admin.createUser('INVESTOR');
    await admin.deposit(member.id, '100.00');
    const holding = await admin.holding(member.id);
    const time = expect.any(String) as string;
    expect(await change('disableUser', member.id)).toMatchObject({
      disableUser: { disabledAt: time, balance: '100.00' },
    });
    await isRevoked(member);
    expect(await signIn(member)).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'The email or the password is wrong.',
    });
    expect(await admin.holding(member.id)).toBe(holding);

    expect(await change('enableUser', member.id)).toMatchObject({ enableUser: { disabledAt: null } });
    await isRevoked(member);
    expect(await signIn(member)).toBe('signed in');
  });

  test('one whose tokens are revoked is signed out everywhere, and can sign in', async () => {
    const member = await admin.createUser('OPERATOR');
    await change('revokeTokens', member.id);
    await isRevoked(member);
    expect(await signIn(member)).toBe('signed in');
  });

  test('one whose password is reset is signed out, and signs in with the new one alone', async () => {
    const member = await admin.createUser('INVESTOR');
    await resetPassword(member.id, 'a new password');
    await isRevoked(member);
    expect(await signIn(member)).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await signIn(member, 'a new password')).toBe('signed in');
    expect(await refusalOf(resetPassword(member.id, 'short'))).toEqual({
      code: 'BAD_USER_INPUT',
      message: 'The password must have 8 to 256 characters.',
    });
  });

  test.each(['disableUser', 'enableUser', 'revokeTokens'])(
    '%s of nobody and of the COMPANY is refused',
    async (action) => {
      expect(await refusalOf(change(action, '999999'))).toEqual({
        code: 'NOT_FOUND',
        message: 'There is no user "999999".',
      });
      const [company] = await server.database.query(`SELECT id FROM users WHERE role = 'COMPANY'`);
      expect((await refusalOf(change(action, String(company?.id)))).code).toBe('BAD_USER_INPUT');
    },
  );

  test('the last ADMIN who can sign in cannot be disabled, not even by two at once', async () => {
    expect(await refusalOf(change('disableUser', admin.id))).toEqual({
      code: 'BAD_USER_INPUT',
      message: `User ${admin.id} is the last ADMIN who can sign in: make another one first.`,
    });
    const second = await admin.createUser('ADMIN');
    const outcomes = await Promise.allSettled([
      change('disableUser', second.id, admin),
      change('disableUser', admin.id, second),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const enabled = await server.database.query(
      `SELECT COUNT(*) AS n FROM users WHERE role = 'ADMIN' AND disabledAt IS NULL`,
    );
    expect(enabled).toEqual([{ n: '1' }]);
    // Whoever won goes on for the tests that follow.
    await server.database.query('UPDATE users SET disabledAt = NULL WHERE id = ?', [admin.id]);
    admin = await server.signIn('admin@example.com', 'correct horse battery');
  });
});
