// A ledger of any length that keeps every rule of the ledger check, made by a few statements for each sale. In turn each of the
// members pays in, which gives every member a line and a new share; and after so many deposits a vehicle is sold, which
// gives every member a payment and a line. So nearly all rows are contributions, as they are in a pool that grows.

/** Between two sales; divides the numbers of members below. */
const DEPOSITS = 25;
const MEMBERS = 1_000;
const FEW_MEMBERS = 100;
/** A ledger for this many lines and more has all the members. */
const LONG = 500_000;
const COMPANY = 1;
/** The first member, who is the OPERATOR and does everything. */
const ACTOR = 2;

/** What a member pays in, by its number from 1, and what the members up to one pay in together. */
const deposit = (u) => `(100000 + 37 * ${u})`;
const deposits = (u) => `(100000 * ${u} + 37 * ${u} * (${u} + 1) DIV 2)`;
/** Every operation takes place an hour after the one before it. */
const at = (number) => `'2020-01-01' + INTERVAL ${number} HOUR`;

/**
 * Writes until there are so many lines of contributions; goes on where a run before this one ended.
 * @param script a connection to a database that migrations made and nobody but this function wrote to
 */
export async function fillLedger(script, lines) {
  const members = lines >= LONG ? MEMBERS : FEW_MEMBERS;
  // Without the cache, joins below come out in their order.
  await script.query('SET SESSION sql_log_bin = 0, unique_checks = 0, foreign_key_checks = 0, join_cache_level = 0');
  await script.query(
    `INSERT IGNORE INTO users (id, name, email, role, createdAt)
     SELECT seq + 1, CONCAT('Member ', seq), CONCAT('member.', seq, '@example.com'),
            IF(seq + 1 = ${ACTOR}, 'OPERATOR', 'INVESTOR'), ${at(0)}
     FROM seq_1_to_${members}`,
  );
  const [[{ sales, known }]] = await script.query(
    'SELECT (SELECT COUNT(*) FROM sales) AS sales, (SELECT COUNT(*) FROM contributions) AS known',
  );
  for (let sale = Number(sales), written = Number(known); written < lines; sale++) {
    await script.query('START TRANSACTION');
    written += await untilSale(script, sale, members);
    await script.query('COMMIT');
  }
  await script.query('SET SESSION unique_checks = 1, foreign_key_checks = 1');
}

/** A purchase, the deposits and the sale. @returns how many lines of contributions */
async function untilSale(script, sale, members) {
  const first = sale * (DEPOSITS + 2) + 1;
  const price = 5_000_000 + (sale % 7) * 100_000;
  const cost = price - 2_000_001;
  const { insertId: vehicleId } = await insert(
    script,
    `INSERT INTO vehicles (title, cost, status, boughtAt, boughtById)
     VALUES ('Car ${sale}', ${cost}, 'SOLD', ${at(first)}, ${ACTOR})`,
  );
  await journal(script, `SELECT ${first}, UUID(), 'BUY_VEHICLE', ${ACTOR}, ${vehicleId}, NULL, NULL, ${at(first)}`);
  const paidIn = await payIn(script, first, (sale * DEPOSITS) % members, sale * DEPOSITS < members ? null : members);
  return paidIn + (await sell(script, first, vehicleId, price, cost));
}

/**
 * The members from `before + 1` on pay in.
 * @param joined how many have paid in before; null while those are the ones up to `before`
 * @returns how many lines of contributions
 */
async function payIn(script, first, before, joined) {
  const { insertId: paymentId } = await insert(
    script,
    `INSERT INTO payments (userId, kind, status, amount, createdAt, requestedById, confirmedAt, confirmedById)
     SELECT ${before} + seq + 1, 'DEPOSIT', 'CONFIRMED', ${deposit(`(${before} + seq)`)}, ${at(first)}, ${ACTOR},
            ${at(`(${first} + seq)`)}, ${ACTOR}
     FROM seq_1_to_${DEPOSITS} ORDER BY seq`,
  );
  // What all members up to one hold, rounded to whole shares, less what all before it do: they add up, whatever they are.
  // Signed all of them: a number without a sign among others makes decimals of all, which take twice as long.
  const paid = (u) => `(${deposits(`LEAST(GREATEST(${u}, ${before}), ${before} + k)`)} - ${deposits(before)})`;
  const { affectedRows } = await insert(
    script,
    `INSERT INTO contributions (userId, paymentId, amount, balance, percentage, createdAt)
     SELECT u + 1, ${paymentId} + k - 1, IF(u = ${before} + k, ${deposit('u')}, 0), upTo - below,
            upTo * 1000000 DIV total - below * 1000000 DIV total, ${at(`(${first} + k)`)}
     FROM (SELECT STRAIGHT_JOIN k, u, upTo + ${paid('u')} AS upTo, upTo - balance + ${paid('(u - 1)')} AS below,
                  total + ${paid(`(${before} + k)`)} AS total
           FROM (SELECT CAST(seq AS SIGNED) AS k FROM seq_1_to_${DEPOSITS}) d
           JOIN (SELECT CAST(id AS SIGNED) - 1 AS u, balance, CAST(SUM(balance) OVER (ORDER BY id) AS SIGNED) AS upTo,
                        CAST(SUM(balance) OVER () AS SIGNED) AS total
                 FROM users WHERE role <> 'COMPANY') m ON u <= ${joined ?? `${before} + k`}) l`,
  );
  await script.query(
    `UPDATE users u JOIN contributions c ON c.userId = u.id AND c.paymentId = ${paymentId + DEPOSITS - 1}
     SET u.balance = c.balance, u.percentage = c.percentage, u.memberSince = (
       SELECT MIN(p.confirmedAt) FROM payments p
       WHERE p.userId = u.id AND p.kind IN ('DEPOSIT', 'WITHDRAWAL') AND p.status = 'CONFIRMED')`,
  );
  await journal(
    script,
    `SELECT ${first} + seq, UUID(), 'CONFIRM_PAYMENT', ${ACTOR}, NULL, NULL, ${paymentId} + seq - 1,
            ${at(`(${first} + seq)`)} FROM seq_1_to_${DEPOSITS}`,
  );
  return affectedRows;
}

async function sell(script, first, vehicleId, price, cost) {
  const number = first + DEPOSITS + 1;
  const profit = price - cost;
  const commission = Math.floor(profit / 2);
  const part = profit - commission;
  const { insertId: saleId } = await insert(
    script,
    `INSERT INTO sales (vehicleId, price, profit, commission, distributed, soldAt, soldById, daysHeld, commissionRate)
     VALUES (${vehicleId}, ${price}, ${profit}, ${commission}, ${part}, ${at(number)}, ${ACTOR},
             TIMESTAMPDIFF(DAY, ${at(first)}, ${at(number)}), (SELECT commissionRate FROM pool))`,
  );
  const { insertId: paymentId } = await insert(
    script,
    `INSERT INTO payments (userId, kind, status, amount, saleId, createdAt, confirmedAt, confirmedById)
     SELECT id, IF(id = ${COMPANY}, 'COMMISSION', 'INCOME'), 'CONFIRMED', amount, ${saleId}, ${at(number)}, ${at(number)}, ${ACTOR}
     FROM (SELECT ${COMPANY} AS id, ${commission} AS amount
           UNION ALL
           SELECT id, ${part} * upTo DIV 1000000 - ${part} * (upTo - percentage) DIV 1000000
           FROM (SELECT id, percentage, CAST(SUM(percentage) OVER (ORDER BY id) AS SIGNED) AS upTo
                 FROM users WHERE percentage > 0) s) p
     WHERE id = ${COMPANY} OR amount > 0 ORDER BY id`,
  );
  await script.query(
    `UPDATE users u JOIN payments p ON p.saleId = ${saleId} AND p.userId = u.id SET u.balance = u.balance + p.amount`,
  );
  const { affectedRows } = await insert(
    script,
    `INSERT INTO contributions (userId, paymentId, amount, balance, percentage, createdAt)
     SELECT u.id, p.id, p.amount, u.balance, u.percentage, ${at(number)}
     FROM payments p JOIN users u ON u.id = p.userId WHERE p.saleId = ${saleId} AND p.id >= ${paymentId} ORDER BY p.id`,
  );
  await journal(
    script,
    `SELECT ${number}, UUID(), 'SELL_VEHICLE', ${ACTOR}, ${vehicleId}, ${saleId}, NULL, ${at(number)}`,
  );
  await script.query(`UPDATE pool SET lastOperation = ${number}`);
  await script.query(`UPDATE change_counter SET operationsBefore = ${number}`);
  return affectedRows;
}

/** @returns the id of the first row as `insertId`, and how many there are as `affectedRows` */
async function insert(script, sql) {
  const [result] = await script.query(sql);
  return result;
}

const journal = (script, rows) =>
  script.query(`INSERT INTO operations (number, uid, kind, actorId, vehicleId, saleId, paymentId, at) ${rows}`);
