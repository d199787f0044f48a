import { createPoolWorld, type PoolWorld } from './pool-world';
import { isRefused, type Refused } from './refused';

describe('of accounts, refused with nothing changed', () => {
  let world: PoolWorld;

  beforeAll(async () => {
    world = await createPoolWorld();
  });
  afterAll(() => world.server.close());

  const createUser = (input: Record<string, unknown>): Promise<unknown> =>
    world.admin.request('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
      input: {
        name: 'New',
        email: 'new@example.com',
        password: 'a password of some length',
        role: 'INVESTOR',
        ...input,
      },
    });

  const ACCOUNTS: Refused[] = [
    [
      'a second account with the same email',
      'EMAIL_ALREADY_EXISTS',
      /"admin@example\.com" exists/,
      () => createUser({ email: 'admin@example.com' }),
    ],
    [
      'the same email in capitals',
      'EMAIL_ALREADY_EXISTS',
      /"admin@example\.com" exists/,
      () => createUser({ email: ' Admin@Example.COM ' }),
    ],
    ['a second COMPANY', 'BAD_USER_INPUT', /one COMPANY account already/, () => createUser({ role: 'COMPANY' })],
    ['an empty name', 'BAD_USER_INPUT', /name .* empty/, () => createUser({ name: '  ' })],
    ['a name of 201 characters', 'BAD_USER_INPUT', /name .* at most 200/, () => createUser({ name: 'n'.repeat(201) })],
    ['a name that turns its direction', 'BAD_USER_INPUT', /name .* direction/, () => createUser({ name: 'a\u2066b' })],
    ['a name with a null byte', 'BAD_USER_INPUT', /name .* control/, () => createUser({ name: 'a\0' })],
    ...['', 'nobody', '@example.com', 'a@', 'a@b@c', 'a b@example.com', 'a@example..com', 'a@exa\0mple.com'].map(
      (email): Refused => [
        `the email ${JSON.stringify(email)}`,
        'BAD_USER_INPUT',
        /email .* (address|empty|control)/,
        () => createUser({ email }),
      ],
    ),
    [
      'an email of 255 characters',
      'BAD_USER_INPUT',
      /email .* at most 254/,
      () => createUser({ email: `${'a'.repeat(243)}@example.com` }),
    ],
    ['a password of 7', 'BAD_USER_INPUT', /password .* 8 to 256/, () => createUser({ password: '1234567' })],
    ['a password of 257', 'BAD_USER_INPUT', /password .* 8 to 256/, () => createUser({ password: 'x'.repeat(257) })],
    ['a role that there is not', 'BAD_USER_INPUT', /ROOT.*Role/, () => createUser({ role: 'ROOT' })],
  ];

  test.each(ACCOUNTS)('%s: %s', async (...refused) => {
    await isRefused(world.server, refused);
  });

  test.each([
    ['vehicle', 'query ($id: ID!) { found: vehicle(id: $id) { id } }'],
    ['user', 'query ($id: ID!) { found: user(id: $id) { id } }'],
    ['payment', 'query ($id: ID!) { found: payment(id: $id) { id } }'],
  ])('an unknown %s is null', async (_what, document) => {
    for (const id of ['999999', '0', '-1', '01', '1.0', 'x', '', '4294967297', '1 OR 1=1', '\0', '9'.repeat(400)]) {
      expect(await world.admin.request(document, { id })).toEqual({ found: null });
    }
  });
});
