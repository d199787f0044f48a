import { createPoolWorld, type PoolWorld } from './pool-world';
import { isRefused, type Refused } from './refused';

describe('of payments, refused with nothing changed', () => {
  let world: PoolWorld;

  beforeAll(async () => {
    world = await createPoolWorld();
  });
  afterAll(() => world.server.close());

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

  test.each(PAYMENTS)('%s: %s', async (...refused) => {
    await isRefused(world.server, refused);
  });
});
