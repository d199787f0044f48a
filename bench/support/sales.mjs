// What there is to read: vehicles that were all sold, each sale with a payment to the company and to every investor.

const VEHICLES = 150;
const INVESTORS = 4;

/** @param script a connection to a database with an administrator and no other rows */
export async function addSales(script) {
  await script.query(
    `INSERT INTO users (name, email, role, balance, percentage, memberSince, createdAt)
     SELECT CONCAT('Investor ', seq), CONCAT('investor-', seq, '@example.com'), 'INVESTOR', 100000 * seq,
       1000000 DIV ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM seq_1_to_${INVESTORS}`,
    [INVESTORS],
  );
  const [[{ admin }]] = await script.query("SELECT id AS admin FROM users WHERE role = 'ADMIN'");
  await script.query(
    `INSERT INTO vehicles (title, vin, year, mileage, cost, plannedPrice, status, boughtAt, boughtById)
     SELECT CONCAT('Vehicle ', seq), CONCAT('WVWZZZ1JZ3W', LPAD(seq, 6, '0')), 2000 + seq MOD 25, 1000 * seq,
       1000000 + 700 * seq, IF(seq MOD 3 = 0, NULL, 2000000), 'SOLD',
       '2026-01-01 08:30:00.125' + INTERVAL seq HOUR, ? FROM seq_1_to_${VEHICLES}`,
    [admin],
  );
  await script.query(
    `INSERT INTO sales (vehicleId, price, profit, commission, distributed, soldAt, soldById, daysHeld, commissionRate)
     SELECT id, cost + 80000, 80000, 40000, 40000, boughtAt + INTERVAL 30 DAY, ?, 30, (SELECT commissionRate FROM pool) FROM vehicles ORDER BY id`,
    [admin],
  );
  await script.query(
    `INSERT INTO payments (userId, kind, status, amount, saleId, createdAt, confirmedAt, confirmedById)
     SELECT u.id, IF(u.role = 'COMPANY', 'COMMISSION', 'INCOME'), 'CONFIRMED',
       IF(u.role = 'COMPANY', s.commission, s.distributed DIV ?), s.id, s.soldAt, s.soldAt, ?
     FROM sales s JOIN users u ON u.role IN ('COMPANY', 'INVESTOR') ORDER BY s.id, u.id`,
    [INVESTORS, admin],
  );
}
