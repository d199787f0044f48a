import { Client, PASSWORD } from '../support/client';
import { bearer, codeOf, post } from '../support/http';
import { ADMIN } from '../support/server';
import { newAddress, type SignInServer, startSignInServer } from './sign-in-server';

const CHANGE =
  'mutation ($from: String!, $to: String!) { changePassword(currentPassword: $from, newPassword: $to) { token user { id } } }';

describe('changing the password', () => {
  let server: SignInServer;

  beforeAll(async () => {
    server = await startSignInServer();
  });
  afterAll(() => server.close());

  test('makes every older token and the old password stop working, and no one else', async () => {
    const { client, email } = await server.newAccount();
    const bystander = await server.newAccount();
    const second = await Client.signIn(server.url, email, PASSWORD);
    const { changePassword } = await client.request<{ changePassword: { token: string; user: { id: string } } }>(
      CHANGE,
      {
        from: PASSWORD,
        to: 'a new password',
      },
    );
    expect(changePassword.user).toEqual({ id: client.id });
    for (const old of [client, second]) {
      expect(await old.refused('{ me { id } }')).toEqual({
        code: 'UNAUTHENTICATED',
        message: 'The token has been revoked: sign in again.',
      });
    }
    const answer = await post(`${server.url}/graphql`, { query: '{ me { id } }' }, bearer(changePassword.token));
    expect(answer.body).toEqual({ data: { me: { id: client.id } } });
    expect(codeOf(await server.login(email, PASSWORD, newAddress()))).toBe('UNAUTHENTICATED');
    expect(codeOf(await server.login(email, 'a new password', newAddress()))).toBeNull();
    await bystander.client.request('{ me { id } }');
  });

  test('needs the current one; wrong ones are bounded, and keep nobody from signing in', async () => {
    const { client, email } = await server.newAccount();
    for (let i = 0; i < 5; i++) {
      expect(await client.refused(CHANGE, { from: `wrong ${i}`, to: 'a new password' })).toEqual({
        code: 'UNAUTHENTICATED',
        message: 'The current password is wrong.',
      });
    }
    expect((await client.refused(CHANGE, { from: PASSWORD, to: 'a new password' })).code).toBe('RATE_LIMITED');
    expect(codeOf(await server.login(email, PASSWORD, newAddress()))).toBeNull();
    await client.request('{ me { id } }');
  });

  test('happens once, also when it is asked for twice at once', async () => {
    const { client, email } = await server.newAccount();
    const twice = `mutation {
        first: changePassword(currentPassword: "${PASSWORD}", newPassword: "the first new one") { token }
        second: changePassword(currentPassword: "${PASSWORD}", newPassword: "the second new one") { token }
      }`;
    const { body } = await post(`${server.url}/graphql`, { query: twice }, bearer(client.token));
    expect(body).toMatchObject({
      data: null,
      errors: [{ path: ['second'], extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect(codeOf(await server.login(email, 'the first new one', newAddress()))).toBeNull();

    const again = await Client.signIn(server.url, email, 'the first new one');
    const answers = await Promise.all(
      ['this one', 'that one', 'another'].map((to) =>
        post(
          `${server.url}/graphql`,
          { query: CHANGE, variables: { from: 'the first new one', to: `${to} it is` } },
          bearer(again.token),
        ),
      ),
    );
    expect(answers.map(codeOf).filter((code) => code === null)).toHaveLength(1);
    expect(answers.map(codeOf).filter((code) => code === 'UNAUTHENTICATED')).toHaveLength(2);
  });

  test.each([
    ['seven characters', '1234567'],
    ['none', ''],
    ['seven characters of two units each', '🚗'.repeat(7)],
    ['257 characters', 'x'.repeat(257)],
  ])('to %s is refused', async (_what, to) => {
    expect(await server.admin.refused(CHANGE, { from: ADMIN.password, to })).toEqual({
      code: 'BAD_USER_INPUT',
      message: 'The password must have 8 to 256 characters.',
    });
  });

  test.each([
    ['eight digits', '12345678'],
    ['256 characters of two units each', '🚗'.repeat(256)],
    ['spaces and any script', ' Пароль с пробелами '],
  ])('to %s is fine', async (_what, to) => {
    const { client, email } = await server.newAccount();
    await client.request(CHANGE, { from: PASSWORD, to });
    expect(codeOf(await server.login(email, to, newAddress()))).toBeNull();
    expect(codeOf(await server.login(email, to.trim(), newAddress()))).toBe(
      to.trim() === to ? null : 'UNAUTHENTICATED',
    );
  });

  test('does not depend on how a keyboard composes its characters', async () => {
    const { client, email } = await server.newAccount();
    await client.request(CHANGE, { from: PASSWORD, to: 'Schl\u00fcssel' });
    expect(codeOf(await server.login(email, 'Schlu\u0308ssel', newAddress()))).toBeNull();
  });
});
