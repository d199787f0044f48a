import type { DataSource } from 'typeorm';
import type { Cents } from '../values/money';
import { checkFirst } from './page';

/** Where the pool stood at one time. */
interface PoolPoint {
  at: Date;
  capital: Cents;
  companyRevenue: Cents;
}

interface Row {
  at: Date;
  capital: string;
  companyRevenue: string;
}

/** How the pool came to stand where it stands. */
export class HistoryService {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * The time from the first booking to the last in as many equal stretches, and where the pool stood at the last
   * booking of each, oldest first; stretches in which nothing was booked are left out. The last point is today's.
   * @param points at most that many, 1 to 1000
   * @throws Refusal BAD_USER_INPUT
   */
  async pool(points: number): Promise<PoolPoint[]> {
    checkFirst(points, 'points');
    // A balance is the sum of its confirmed payments, reversed ones and their reversals included: far fewer rows than
    // the contributions, of which each confirmation adds one a member. Sums of BIGINT are DECIMAL: exact.
    const rows = await this.dataSource.query<Row[]>(
      `
      WITH booked AS (
        SELECT p.confirmedAt AS at, IF(u.role = 'COMPANY', 0, p.amount) AS capital,
               IF(u.role = 'COMPANY', p.amount, 0) AS companyRevenue
        FROM payments p JOIN users u ON u.id = p.userId WHERE p.confirmedAt IS NOT NULL
      ), stretches AS (
        SELECT booked.*, TIMESTAMPDIFF(MICROSECOND, span.begins, booked.at) * ?
                         DIV (TIMESTAMPDIFF(MICROSECOND, span.begins, span.ends) + 1) AS stretch
        FROM booked CROSS JOIN (SELECT MIN(at) AS begins, MAX(at) AS ends FROM booked) span
      )
      SELECT MAX(at) AS at, SUM(SUM(capital)) OVER (ORDER BY stretch) AS capital,
             SUM(SUM(companyRevenue)) OVER (ORDER BY stretch) AS companyRevenue
      FROM stretches GROUP BY stretch ORDER BY stretch`,
      [points],
    );
    return rows.map(({ at, capital, companyRevenue }) => ({
      at,
      capital: BigInt(capital),
      companyRevenue: BigInt(companyRevenue),
    }));
  }
}
