import { refusalOf } from '../support/client';
import { allBackedUp, changesNothing } from '../support/traces';
import { BOUGHT_AT, createPoolWorld, type PoolWorld } from './pool-world';

/** Each refusal of the money rules: its code, a sentence that names the thing, and nothing changed. */
describe('refused, with nothing changed', () => {
  let world: PoolWorld;

  beforeAll(async () => {
    world = await createPoolWorld();
  });
  afterAll(() => world.server.close());

  const tomorrow = (): string => new Date(Date.now() + 86_400_000).toISOString();
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

  type Refused = [rule: string, code: string, says: RegExp, request: () => Promise<unknown>];

  const VEHICLES: Refused[] = [
    [
      'selling what is sold',
      'VEHICLE_ALREADY_SOLD',
      /Vehicle \d+ is sold/,
      () => world.operator.sell(world.sold, '1.00'),
    ],
    [
      'unselling what is not sold',
      'VEHICLE_NOT_SOLD',
      /Vehicle \d+ is for sale/,
      () => world.operator.unsell(world.forSale),
    ],
    [
      'selling for nothing',
      'BAD_USER_INPUT',
      /price .* more than 0\.00/,
      () => world.operator.sell(world.forSale, '0'),
    ],
    [
      'selling for less than nothing',
      'BAD_USER_INPUT',
      /price .* more than 0\.00/,
      () => world.operator.sell(world.forSale, '-0.01'),
    ],
    [
      'a sale in the future',
      'BAD_USER_INPUT',
      /soldAt .* future/,
      () => world.operator.sell(world.forSale, '1.00', { soldAt: tomorrow() }),
    ],
    [
      'a sale before its purchase',
      'BAD_USER_INPUT',
      /soldAt .* before the purchase on 2024-01-01/,
      () => world.operator.sell(world.forSale, '1.00', { soldAt: '2023-12-31T23:59:59.999Z' }),
    ],
    ['selling an unknown vehicle', 'NOT_FOUND', /no vehicle "999999"/, () => world.operator.sell('999999', '1.00')],
    ['unselling an unknown vehicle', 'NOT_FOUND', /no vehicle "0"/, () => world.operator.unsell('0')],
    ['selling what is no id', 'NOT_FOUND', /no vehicle "1 OR 1=1"/, () => world.operator.sell('1 OR 1=1', '1.00')],
    [
      'a reason that is too long',
      'BAD_USER_INPUT',
      /reason .* at most 500 characters/,
      () => world.operator.unsell(world.sold, 'x'.repeat(501)),
    ],
    ['buying for nothing', 'BAD_USER_INPUT', /cost .* more than 0\.00/, () => world.operator.buy('0.00')],
    ['buying for less than nothing', 'BAD_USER_INPUT', /cost .* more than 0\.00/, () => world.operator.buy('-5')],
    [
      'a planned price of nothing',
      'BAD_USER_INPUT',
      /plannedPrice .* more than 0\.00/,
      () => world.operator.buy('1.00', { plannedPrice: '0' }),
    ],
    [
      'a purchase in the future',
      'BAD_USER_INPUT',
      /boughtAt .* future/,
      () => world.operator.buy('1.00', { boughtAt: tomorrow() }),
    ],
    [
      'a purchase before there were vehicles',
      'BAD_USER_INPUT',
      /boughtAt .* before 1900/,
      () => world.operator.buy('1.00', { boughtAt: '0001-01-01T00:00:00Z' }),
    ],
    [
      'a second vehicle with the same VIN',
      'VIN_ALREADY_EXISTS',
      /VIN WVWZZZ1JZXW000001 exists/,
      () => world.operator.buy('1.00', { vin: world.vin }),
    ],
    [
      'the same VIN in small letters',
      'VIN_ALREADY_EXISTS',
      /VIN WVWZZZ1JZXW000001 exists/,
      () => world.operator.buy('1.00', { vin: ` ${world.vin.toLowerCase()} ` }),
    ],
    ...['WVWZZZ1JZXW00000', 'WVWZZZ1JZXW0000012', 'WVWZZZ1JZXW00000-', 'WVWZZZ1JZXW0000ß', ''].map((vin): Refused => [
      `the VIN ${JSON.stringify(vin)}`,
      'BAD_USER_INPUT',
      /vin .* 17 letters and digits/,
      () => world.operator.buy('1.00', { vin }),
    ]),
    ...(
      [
        ['an empty title', '', /title .* empty/],
        ['a blank title', ' \t\u3000', /title .* empty/],
        ['a title of 201 characters', 'x'.repeat(201), /title .* at most 200 characters/],
        ['a title with a line end', 'a\nb', /title .* one line/],
        ['a title with a null byte', 'a\0b', /title .* control/],
        ['a title with an escape', 'a\u001b[31m', /title .* control/],
        ['a title with half a character', 'a\ud800b', /title .* one line/],
        ['a title with a line separator', 'a\u2028b', /title .* one line/],
      ] as const
    ).map(([rule, title, says]): Refused => [
      rule,
      'BAD_USER_INPUT',
      says,
      () => world.operator.buy('1.00', { title }),
    ]),
    ...[1884, new Date().getUTCFullYear() + 2, -1, 0].map((year): Refused => [
      `the year ${year}`,
      'BAD_USER_INPUT',
      /year .* from 1885 to/,
      () => world.operator.buy('1.00', { year }),
    ]),
    ...[-1, 10_000_001].map((mileage): Refused => [
      `a mileage of ${mileage}`,
      'BAD_USER_INPUT',
      /mileage .* from 0 to 10000000/,
      () => world.operator.buy('1.00', { mileage }),
    ]),
    ...[1.5, '12', 2 ** 31].map((mileage): Refused => [
      `a mileage of ${JSON.stringify(mileage)}, which is no Int`,
      'BAD_USER_INPUT',
      /mileage.*Int cannot represent/,
      () => world.operator.buy('1.00', { mileage }),
    ]),
    ...['', ' ', 'a b', 'ü', 'x'.repeat(201)].map((idempotencyKey): Refused => [
      `the idempotency key ${JSON.stringify(idempotencyKey.slice(0, 5))}`,
      'BAD_USER_INPUT',
      /idempotencyKey .* 1 to 200/,
      () => world.operator.buy('1.00', { idempotencyKey }),
    ]),
  ];

  const PAYMENTS: Refused[] = [
    ...(['confirmed', 'rejected', 'income'] as const).flatMap((which): Refused[] => [
      [
        `confirming a payment that is ${which}`,
        'PAYMENT_NOT_PENDING',
        /Payment \d+ is (CONFIRMED|REJECTED), not PENDING/,
        () => world.operator.confirmPayment(world[which]),
      ],
      [
        `rejecting a payment that is ${which}`,
        'PAYMENT_NOT_PENDING',
        /Payment \d+ is (CONFIRMED|REJECTED), not PENDING/,
        () => world.operator.rejectPayment(world[which]),
      ],
    ]),
    [
      'confirming an unknown payment',
      'NOT_FOUND',
      /no payment "999999"/,
      () => world.operator.confirmPayment('999999'),
    ],
    ['rejecting an unknown payment', 'NOT_FOUND', /no payment "x"/, () => world.operator.rejectPayment('x')],
    [
      'rejecting with a reason of control characters',
      'BAD_USER_INPUT',
      /reason .* control/,
      () => world.operator.rejectPayment(world.pending, 'a\0b'),
    ],
    [
      'a withdrawal above the balance, when it is asked for',
      'INSUFFICIENT_BALANCE',
      /withdrawal of 200\.00 .* balance of \d+\.\d\d of user \d+/,
      () => world.investor.requestPayment('WITHDRAWAL', '200.00'),
    ],
    [
      'a withdrawal above the balance, when it is confirmed',
      'INSUFFICIENT_BALANCE',
      /withdrawal of 200\.00 .* balance of \d+\.\d\d of user \d+/,
      () => world.operator.confirmPayment(world.uncovered),
    ],
    ...['0', '0.00', '-1.00'].flatMap((amount) =>
      ['DEPOSIT', 'WITHDRAWAL'].map((kind): Refused => [
        `a ${kind} of ${amount}`,
        'BAD_USER_INPUT',
        /amount .* more than 0\.00/,
        () => world.investor.requestPayment(kind, amount),
      ]),
    ),
    ...['INCOME', 'COMMISSION', 'REVERSAL'].map((kind): Refused => [
      `asking for a ${kind}`,
      'BAD_USER_INPUT',
      /kind must be DEPOSIT or WITHDRAWAL/,
      () => world.operator.requestPayment(kind, '1.00'),
    ]),
    [
      'a deposit for the ADMIN',
      'BAD_USER_INPUT',
      /User \d+ is ADMIN: only OPERATOR and INVESTOR/,
      () => world.admin.requestPayment('DEPOSIT', '1.00'),
    ],
    [
      'a deposit for the COMPANY',
      'BAD_USER_INPUT',
      /User \d+ is COMPANY: only OPERATOR and INVESTOR/,
      () => world.operator.requestPayment('DEPOSIT', '1.00', world.companyId),
    ],
    [
      'a deposit for nobody',
      'NOT_FOUND',
      /no user "4294967296"/,
      () => world.operator.requestPayment('DEPOSIT', '1.00', '4294967296'),
    ],
    [
      "an INVESTOR's deposit for another",
      'FORBIDDEN',
      /OPERATOR and ADMIN/,
      () => world.investor.requestPayment('DEPOSIT', '1.00', world.other.id),
    ],
    [
      'a note of 501 characters',
      'BAD_USER_INPUT',
      /note .* at most 500 characters/,
      () => world.investor.requestPayment('DEPOSIT', '1.00', undefined, { note: 'x'.repeat(501) }),
    ],
    [
      'a note with a null byte',
      'BAD_USER_INPUT',
      /note .* control/,
      () => world.investor.requestPayment('DEPOSIT', '1.00', undefined, { note: 'a\0b' }),
    ],
  ];

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

  test.each([...VEHICLES, ...PAYMENTS, ...ACCOUNTS])('%s: %s', async (_rule, code, says, request) => {
    const refusal = await changesNothing(world.server, () => refusalOf(request()));
    expect(refusal).toEqual({ code, message: expect.stringMatching(says) as string });
    expect(refusal.message).toMatch(/^[A-Z][^\n]{10,300}$/);
  });

  test('after all of them, the next operation has the next number', async () => {
    const newest = async (): Promise<number> => {
      const { operations } = await world.admin.administer<{ operations: { number: number }[] }>(
        '{ operations(first: 1) { number } }',
      );
      return operations[0]?.number ?? 0;
    };
    const before = await newest();
    await world.operator.buy('1.00', { boughtAt: BOUGHT_AT });
    expect(await newest()).toBe(before + 1);
    await allBackedUp(world.server);
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
