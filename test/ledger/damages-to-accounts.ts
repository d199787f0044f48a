/** Damage done by hand: what, the statements that do it, and the sentence of the ledger check that must name it. */
export type Damage = readonly [what: string, statements: string | readonly string[], sentence: RegExp];

/** The row of payments with that kind, the first of them: an id within a statement that changes payments. */
const payment = (kind: string, more = 'TRUE'): string =>
  `id = (SELECT * FROM (SELECT MIN(id) FROM payments WHERE kind = '${kind}' AND ${more}) p)`;
const newest = (userId: number): string =>
  `id = (SELECT * FROM (SELECT MAX(id) FROM contributions WHERE userId = ${userId}) c)`;

export const damagesToAccounts: readonly Damage[] = [
  // Accounts
  ['a balance', 'UPDATE users SET balance = balance + 1 WHERE id = 3', /^User 3 holds -?\d+ cents and \d+ ppm, but/],
  ['a balance without history', 'UPDATE users SET balance = 5 WHERE id = 6', /^User 6 holds 5 cents/],
  ["a company's balance", 'UPDATE users SET balance = 0 WHERE id = 1', /^User 1 holds 0 cents/],
  [
    'a share',
    'UPDATE users SET percentage = percentage + 1 WHERE id = 4',
    /^The shares in force add up to 1000001 ppm/,
  ],
  [
    'two shares',
    'UPDATE users SET percentage = IF(id = 2, percentage + 1, percentage - 1) WHERE id IN (2, 4)',
    /^User 2 holds \d+ cents and \d+ ppm, but the contributions lead to/,
  ],
  [
    'a share of the company',
    'UPDATE users SET percentage = 5 WHERE id = 1',
    /^User 1 is COMPANY, a member since never/,
  ],
  ['a membership', 'UPDATE users SET memberSince = NULL WHERE id = 3', /^User 3 is INVESTOR, a member since never/],
  ['a member turned ADMIN', "UPDATE users SET role = 'ADMIN' WHERE id = 3", /^User 3 is ADMIN, a member since 2/],
  ['a second company', "UPDATE users SET role = 'COMPANY' WHERE id = 7", /^There are 2 COMPANY accounts/],
  ['no company', "UPDATE users SET role = 'ADMIN' WHERE id = 1", /^There are 0 COMPANY accounts/],
  // Contributions
  [
    'a line with another amount',
    'UPDATE contributions SET amount = amount + 1 WHERE id = 3',
    /^Contribution 3 of user \d changes/,
  ],
  [
    'a line with another balance',
    'UPDATE contributions SET balance = balance - 1 WHERE id = 3',
    /^Contribution 3 of user \d changes/,
  ],
  [
    'a line with another share',
    `UPDATE contributions SET percentage = percentage + 1 WHERE ${newest(4)}`,
    /^User 4 holds/,
  ],
  [
    'a line in the middle with another share',
    'UPDATE contributions SET percentage = percentage + 10 WHERE id = 3',
    /^Contribution \d+ of user \d says .* add up to 1000010 ppm/,
  ],
  [
    'lines that exchange shares',
    'UPDATE contributions SET percentage = IF(userId = 2, percentage + 900, percentage - 900) WHERE id IN (3, 4)',
    /^Contribution 3 of user 2 says \d+ ppm for/,
  ],
  [
    'a line of a sale with another share',
    `UPDATE contributions SET percentage = 7 WHERE paymentId IN (SELECT id FROM payments WHERE kind = 'INCOME') AND userId = 3`,
    /^Contribution \d+ of user 3 belongs to a sale and says 7 ppm/,
  ],
  [
    'a line of another payment',
    `UPDATE contributions SET paymentId = paymentId + 1 WHERE id = 2`,
    /^Payment 2 is CONFIRMED and has 0 contributions/,
  ],
  [
    'a line less',
    `DELETE FROM contributions WHERE id = 3`,
    /^The confirmation of payment \d+ has 1 contributions, but the pool had 2 members/,
  ],
  [
    "an account's last line less",
    `DELETE FROM contributions WHERE ${newest(4)}`,
    /^User 4 has \d+ contributions instead of \d+/,
  ],
  [
    'a line twice',
    'INSERT INTO contributions (userId, paymentId, amount, balance, percentage, createdAt) SELECT userId, paymentId, 0, balance, percentage, createdAt FROM contributions WHERE id = 4',
    /^User \d has \d+ contributions instead of \d+/,
  ],
  [
    'a confirmation booked twice',
    'INSERT INTO contributions (userId, paymentId, amount, balance, percentage, createdAt) SELECT userId, paymentId, amount, balance, percentage, createdAt FROM contributions WHERE paymentId = 4',
    /^Payment 4 is CONFIRMED and has 2 contributions of its own account/,
  ],
  ['all lines lost', 'DELETE FROM contributions', /^Payment \d+ is (CONFIRMED|REVERSED) and has 0 contributions/],
  [
    'a withdrawal beyond the balance',
    [
      `UPDATE contributions SET balance = balance - 500000, amount = IF(amount < 0, amount - 500000, amount) WHERE userId = 3 AND id >= (SELECT * FROM (SELECT c.id FROM contributions c JOIN payments p ON p.id = c.paymentId AND p.userId = c.userId WHERE p.kind = 'WITHDRAWAL') x)`,
      `UPDATE payments SET amount = amount - 500000 WHERE kind = 'WITHDRAWAL'`,
      'UPDATE users SET balance = balance - 500000 WHERE id = 3',
    ],
    /^Contribution \d+, a withdrawal, leaves user 3 with -\d+ cents/,
  ],
  // Payments
  [
    'an amount',
    `UPDATE payments SET amount = amount + 1 WHERE ${payment('DEPOSIT')}`,
    /^Contribution \d+ books \d+ cents to user 2 for payment \d+/,
  ],
  [
    'a negative deposit',
    `UPDATE payments SET amount = -5 WHERE ${payment('DEPOSIT', "status = 'PENDING'")}`,
    /^Payment \d+ is a PENDING DEPOSIT of -5 cents for an account that is INVESTOR/,
  ],
  [
    'a deposit for an ADMIN',
    `UPDATE payments SET userId = 7 WHERE ${payment('DEPOSIT', "status = 'PENDING'")}`,
    /^Payment \d+ is a PENDING DEPOSIT of 500 cents for an account that is ADMIN/,
  ],
  [
    'a payee',
    `UPDATE payments SET userId = 5 WHERE ${payment('INCOME')}`,
    /^Contribution \d+ books \d+ cents to user 2 for payment/,
  ],
  [
    'a confirmation undone',
    `UPDATE payments SET status = 'PENDING', confirmedAt = NULL, confirmedById = NULL WHERE ${payment('DEPOSIT')}`,
    /^Payment \d+ is PENDING and has 1 contributions/,
  ],
  [
    'a rejection turned into a confirmation',
    `UPDATE payments SET status = 'CONFIRMED' WHERE status = 'REJECTED'`,
    /^Payment \d+ is a CONFIRMED DEPOSIT, and its sale/,
  ],
  [
    'nobody who confirmed',
    `UPDATE payments SET confirmedById = NULL WHERE ${payment('DEPOSIT')}`,
    /^Payment \d+ is a CONFIRMED DEPOSIT, and its sale, its reversal, or who/,
  ],
  [
    'an income without a sale',
    `UPDATE payments SET saleId = NULL WHERE ${payment('INCOME')}`,
    /^Payment \d+ is a REVERSED INCOME, and its sale/,
  ],
  [
    'an income of another sale',
    `UPDATE payments SET saleId = 1 WHERE ${payment('INCOME')}`,
    /^Sale 1 says 25000 \+ 0 cents, but its payments are 25000 in 1 commissions \+ \d+/,
  ],
  [
    'a payment less',
    `DELETE FROM payments WHERE ${payment('INCOME')}`,
    /^Row \d+ of contributions points by paymentId at row \d+ of payments, which does not exist/,
  ],
  [
    'a reversal of another amount',
    `UPDATE payments SET amount = amount - 1 WHERE ${payment('REVERSAL')}`,
    /^Reversal \d+ does not mirror/,
  ],
  [
    'a reversal of something else',
    `UPDATE payments SET reversesId = reversesId + 1 WHERE ${payment('REVERSAL')}`,
    /^Payment \d+ is REVERSED and has [02] reversals/,
  ],
  [
    'a reversal less',
    `DELETE FROM payments WHERE ${payment('REVERSAL')}`,
    /^Payment \d+ is REVERSED and has 0 reversals/,
  ],
  [
    'a payment that is no longer reversed',
    `UPDATE payments SET status = 'CONFIRMED' WHERE ${payment('INCOME')}`,
    /^Sale \d+ has \d+ payments of which \d+ are reversed/,
  ],
];
