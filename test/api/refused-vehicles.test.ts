import { allBackedUp } from '../support/traces';
import { BOUGHT_AT, createPoolWorld, type PoolWorld } from './pool-world';
import { isRefused, type Refused } from './refused';

describe('of vehicles, refused with nothing changed', () => {
  let world: PoolWorld;

  beforeAll(async () => {
    world = await createPoolWorld();
  });
  afterAll(() => world.server.close());

  const tomorrow = (): string => new Date(Date.now() + 86_400_000).toISOString();

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
      /Vehicle \d+ is not sold/,
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
      /soldAt .* earlier than the purchase on 2024-01-01/,
      () => world.operator.sell(world.forSale, '1.00', { soldAt: '2023-12-31T23:59:59.999Z' }),
    ],
    ['selling an unknown vehicle', 'NOT_FOUND', /no vehicle "999999"/, () => world.operator.sell('999999', '1.00')],
    ['unselling an unknown vehicle', 'NOT_FOUND', /no vehicle "0"/, () => world.operator.unsell('0')],
    ['selling what is no id', 'NOT_FOUND', /no vehicle "1 OR 1=1"/, () => world.operator.sell('1 OR 1=1', '1.00')],
    [
      'undoing the purchase of what is sold',
      'VEHICLE_ALREADY_SOLD',
      /Vehicle \d+ was sold: only the purchase of a vehicle that was never sold/,
      () => world.operator.unbuy(world.sold),
    ],
    [
      'undoing the purchase of what was sold and is for sale again',
      'VEHICLE_ALREADY_SOLD',
      /Vehicle \d+ was sold/,
      () => world.operator.unbuy(world.unsold),
    ],
    [
      'undoing a purchase twice',
      'NOT_FOUND',
      /Vehicle \d+ is no longer the pool's/,
      () => world.operator.unbuy(world.cancelled),
    ],
    [
      "selling what is no longer the pool's",
      'NOT_FOUND',
      /Vehicle \d+ is no longer the pool's/,
      () => world.operator.sell(world.cancelled, '1.00'),
    ],
    [
      "unselling what is no longer the pool's",
      'NOT_FOUND',
      /Vehicle \d+ is no longer the pool's/,
      () => world.operator.unsell(world.cancelled),
    ],
    ['undoing the purchase of an unknown vehicle', 'NOT_FOUND', /no vehicle "0"/, () => world.operator.unbuy('0')],
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
        ['a title that turns its direction', 'a\u202eb', /title .* direction marks/],
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

  test.each(VEHICLES)('%s: %s', async (...refused) => {
    await isRefused(world.server, refused);
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
});
