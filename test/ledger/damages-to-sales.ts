import type { Damage } from './damages-to-accounts';

const REVERSED_SALE = '(SELECT * FROM (SELECT id FROM sales WHERE reversedAt IS NOT NULL) s)';

export const damagesToSales: readonly Damage[] = [
  // Sales and vehicles
  [
    'a price',
    'UPDATE sales SET price = price + 1 WHERE id = 1',
    /^Sale 1 has a profit of 50000 cents, but a price of 150001/,
  ],
  [
    'a cost',
    'UPDATE vehicles SET cost = cost + 1 WHERE id = 1',
    /^Sale 1 has a profit of 50000 cents, but .* cost of 100001/,
  ],
  [
    'a commission',
    'UPDATE sales SET commission = commission + 1, distributed = distributed - 1 WHERE id = 2',
    /^Sale 2 says 20001 \+ 19999 cents, but its payments are 20000/,
  ],
  [
    'a part beyond the profit',
    'UPDATE sales SET distributed = distributed + 1 WHERE id = 2',
    /^Sale 2 splits a profit of 40000 cents into 20000 and 20001/,
  ],
  [
    'a loss with a commission',
    'UPDATE sales SET commission = 1 WHERE profit < 0',
    /^Sale 3 splits a profit of -10000 cents into 1 and 0/,
  ],
  [
    'incomes that do not follow the shares',
    [
      `UPDATE payments SET amount = amount + IF(userId = 2, 100, -100) WHERE kind = 'INCOME' AND userId IN (2, 3) AND saleId = ${REVERSED_SALE}`,
    ],
    /^Income \d+ of \d+ cents is not the part that \d+ ppm have in sale 2/,
  ],
  [
    'nothing distributed',
    [`DELETE FROM payments WHERE kind = 'INCOME' AND saleId = 4`, 'UPDATE sales SET distributed = 0 WHERE id = 4'],
    /^Sale 4 distributed nothing of 1 cents, though members held shares/,
  ],
  [
    'a commission of nothing less',
    `DELETE FROM payments WHERE kind = 'COMMISSION' AND saleId = 4`,
    /^Sale 4 says 0 \+ 1 cents, but its payments are 0 in 0 commissions/,
  ],
  ['days', 'UPDATE sales SET daysHeld = 3 WHERE id = 1', /^Sale 1 says 3 days held/],
  [
    'a sale before the purchase',
    'UPDATE vehicles SET boughtAt = DATE_ADD(boughtAt, INTERVAL 9 DAY) WHERE id = 1',
    /^Sale 1 says 2 days held/,
  ],
  ['nobody who reversed', 'UPDATE sales SET reversedById = NULL', /^Sale 2 says .* who reversed it is missing/],
  [
    'a reversal forgotten',
    'UPDATE sales SET reversedAt = NULL, reversedById = NULL',
    /^Vehicle 2 is SOLD and has 2 sales in force/,
  ],
  [
    'a vehicle sold without a sale',
    "UPDATE vehicles SET status = 'SOLD' WHERE id = 3",
    /^Vehicle 3 is SOLD and has 0 sales in force/,
  ],
  [
    'a vehicle for sale again',
    "UPDATE vehicles SET status = 'FOR_SALE' WHERE id = 1",
    /^Vehicle 1 is FOR_SALE and has 1 sales in force/,
  ],
  ['a sale less', 'DELETE FROM sales WHERE id = 3', /^Operation \d+ \(SELL_VEHICLE\) does not point at what it did/],
  ['a vehicle less', 'DELETE FROM vehicles WHERE id = 3', /^Operation \d+ \(BUY_VEHICLE\) does not point/],
  [
    'an undone purchase in force again',
    "UPDATE vehicles SET status = 'FOR_SALE', counts = 1, cancelledAt = NULL, cancelledById = NULL WHERE id = 6",
    /^The undone purchase of vehicle 6 is in the journal 1 times/,
  ],
  [
    'a purchase undone by no operation',
    "UPDATE vehicles SET status = 'CANCELLED' WHERE id = 3",
    /^The undone purchase of vehicle 3 is in the journal 0 times/,
  ],
  ...['counts = 1', 'cancelledAt = NULL', 'cancelledById = NULL'].map((lost): [string, string, RegExp] => [
    `an undone purchase with ${lost}`,
    `UPDATE vehicles SET ${lost} WHERE id = 6`,
    /^Vehicle 6 is CANCELLED, but its purchase was undone/,
  ]),
  [
    'a VIN that does not count',
    'UPDATE vehicles SET counts = NULL WHERE id = 3',
    /^Vehicle 3 is FOR_SALE, but its purchase was undone never/,
  ],
  [
    'an undone purchase of what was sold',
    "UPDATE operations SET vehicleId = 2 WHERE kind = 'UNBUY_VEHICLE'",
    /^Operation 18 \(UNBUY_VEHICLE\) cannot follow what happened to vehicle 2/,
  ],
  // Journal
  [
    'the last operation less',
    'DELETE FROM operations WHERE number = (SELECT lastOperation FROM pool)',
    /^The operations are 17 rows numbered 1 to 17, but the last number of 1 pools is 18/,
  ],
  [
    'a gap',
    ['DELETE FROM operations WHERE number = 5', 'UPDATE operations SET number = 5 WHERE number = 15'],
    /^The operations are 17 rows numbered 1 to 18/,
  ],
  [
    'the first number',
    'UPDATE operations SET number = 0 WHERE number = 1',
    /^The operations are 18 rows numbered 0 to 18/,
  ],
  [
    "the pool's last number",
    'UPDATE pool SET lastOperation = lastOperation + 1',
    /^The operations are 18 rows .* of 1 pools is 19/,
  ],
  [
    'the rate of a sale',
    'UPDATE sales SET commissionRate = commissionRate - 1 WHERE profit = 50000',
    /^Sale \d+ has a commission of \d+ cents, which \d+ ppm of a profit of/,
  ],
  [
    'a missing rate',
    'UPDATE sales SET commissionRate = NULL LIMIT 1',
    /^Sale \d+ has a commission of \d+ cents, which no ppm/,
  ],
  [
    "the pool's rate",
    'UPDATE pool SET commissionRate = 1',
    /^The commission rate of the pool is 1 ppm, but 500000 ppm/,
  ],
  [
    'the one who set a rate',
    'UPDATE commission_rates SET setById = 999',
    /^Row \d+ of commission_rates points by setById at row 999/,
  ],
  ["the pool's row", 'DELETE FROM pool', /of 0 pools is null/],
  [
    'another kind',
    "UPDATE operations SET kind = 'SELL_VEHICLE' WHERE number = 1",
    /^Operation 1 \(SELL_VEHICLE\) does not point at what it did/,
  ],
  [
    'a purchase of another vehicle',
    'UPDATE operations SET vehicleId = 3 WHERE number = 1',
    /^The purchase of vehicle 1 is in the journal 0 times/,
  ],
  [
    'a sale journalled as another',
    'UPDATE operations SET saleId = 3 WHERE number = 7',
    /^The booking of sale 2 is in the journal 0 times/,
  ],
  [
    'a reversal journalled as another',
    "UPDATE operations SET saleId = 3 WHERE kind = 'UNSELL_VEHICLE'",
    /^Operation 9 \(UNSELL_VEHICLE\) does not point/,
  ],
  [
    'a confirmation journalled as another',
    "UPDATE operations SET paymentId = (SELECT MAX(id) FROM payments WHERE kind = 'DEPOSIT' AND status = 'CONFIRMED') WHERE number = 4",
    /^The confirmation of payment \d+ is in the journal [02] times/,
  ],
  [
    'two operations in the wrong order',
    [
      'UPDATE operations SET number = 99 WHERE number = 9',
      'UPDATE operations SET number = 9 WHERE number = 10',
      'UPDATE operations SET number = 10 WHERE number = 99',
    ],
    /^Operation 9 \(SELL_VEHICLE\) cannot follow what happened to vehicle 2/,
  ],
  // References, as a restore without checks of foreign keys may leave them
  ...[
    'contributions.userId',
    'contributions.paymentId',
    'payments.userId',
    'payments.saleId',
    'payments.reversesId',
    'payments.requestedById',
    'payments.confirmedById',
    'payments.rejectedById',
    'sales.vehicleId',
    'sales.soldById',
    'sales.reversedById',
    'vehicles.boughtById',
    'vehicles.cancelledById',
    'operations.actorId',
    'operations.vehicleId',
    'operations.saleId',
    'operations.paymentId',
  ].map((reference): [string, string, RegExp] => {
    const [table = '', column = ''] = reference.split('.');
    return [
      `${reference} of nobody`,
      `UPDATE ${table} SET ${column} = 4000000 WHERE ${column} IS NOT NULL LIMIT 1`,
      new RegExp(`^Row \\d+ of ${table} points by ${column} at row 4000000 of`),
    ];
  }),
];
