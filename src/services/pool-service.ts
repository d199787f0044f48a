import type { DataSource } from 'typeorm';
import type { Cents } from '../values/money';

export interface PoolFigures {
  currency: string;
  capital: Cents;
  invested: Cents;
  available: Cents;
  companyRevenue: Cents;
  profit: Cents;
  vehiclesForSale: number;
  vehiclesSold: number;
  members: number;
}

/** The pool as a whole, read from the rows in one statement, so that the figures fit together. */
export class PoolService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly currency: string,
  ) {}

  async figures(): Promise<PoolFigures> {
    const [row] = await this.dataSource.query<Record<string, string>[]>(`
      SELECT u.capital, u.companyRevenue, u.members, v.invested, v.vehiclesForSale, v.vehiclesSold, s.profit
      FROM (SELECT COALESCE(SUM(IF(role IN ('OPERATOR', 'INVESTOR'), balance, 0)), 0) AS capital,
                   COALESCE(SUM(IF(role = 'COMPANY', balance, 0)), 0) AS companyRevenue,
                   COUNT(IF(percentage > 0, 1, NULL)) AS members FROM users) u
      CROSS JOIN (SELECT COALESCE(SUM(IF(status = 'FOR_SALE', cost, 0)), 0) AS invested,
                         COUNT(IF(status = 'FOR_SALE', 1, NULL)) AS vehiclesForSale,
                         COUNT(IF(status = 'SOLD', 1, NULL)) AS vehiclesSold FROM vehicles) v
      CROSS JOIN (SELECT COALESCE(SUM(profit), 0) AS profit FROM sales WHERE reversedAt IS NULL) s`);
    const cents = (name: string): Cents => BigInt(row?.[name] ?? 0);
    return {
      currency: this.currency,
      capital: cents('capital'),
      invested: cents('invested'),
      available: cents('capital') - cents('invested'),
      companyRevenue: cents('companyRevenue'),
      profit: cents('profit'),
      vehiclesForSale: Number(row?.vehiclesForSale),
      vehiclesSold: Number(row?.vehiclesSold),
      members: Number(row?.members),
    };
  }
}
