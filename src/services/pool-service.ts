import type { DataSource, EntityManager } from 'typeorm';
import { CommissionRate } from '../entities/commission-rate';
import type { User } from '../entities/user';
import type { Cents } from '../values/money';
import { formatPercentage, type Ppm } from '../values/percentage';
import { byAccount, changeRows } from './changes';
import type { OperationQueue } from './operation-queue';
import { checkFirst } from './page';
import { factsOf, type PoolFacts } from './pool-facts';
import { tryChangeAgain } from './retry';
import { readRows } from './rows';
import { NothingToDo, orNothingToDo } from './transaction';

export interface PoolFigures extends PoolFacts {
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
    private readonly queue: OperationQueue,
  ) {}

  /** @throws Error where no start has settled them yet */
  facts(): Promise<PoolFacts> {
    return factsOf(this.dataSource.manager);
  }

  async figures(): Promise<PoolFigures> {
    const [row] = await this.dataSource.query<Record<string, string>[]>(`
      SELECT p.currency, p.commissionRate, u.capital, u.companyRevenue, u.members, v.invested, v.vehiclesForSale, v.vehiclesSold, s.profit
      FROM pool p
      CROSS JOIN (SELECT COALESCE(SUM(IF(role IN ('OPERATOR', 'INVESTOR'), balance, 0)), 0) AS capital,
                   COALESCE(SUM(IF(role = 'COMPANY', balance, 0)), 0) AS companyRevenue,
                   COUNT(IF(percentage > 0, 1, NULL)) AS members FROM users) u
      CROSS JOIN (SELECT COALESCE(SUM(IF(status = 'FOR_SALE', cost, 0)), 0) AS invested,
                         COUNT(IF(status = 'FOR_SALE', 1, NULL)) AS vehiclesForSale,
                         COUNT(IF(status = 'SOLD', 1, NULL)) AS vehiclesSold FROM vehicles) v
      CROSS JOIN (SELECT COALESCE(SUM(profit), 0) AS profit FROM sales WHERE reversedAt IS NULL) s`);
    const cents = (name: string): Cents => BigInt(row?.[name] ?? 0);
    return {
      currency: row?.currency ?? '',
      commissionRate: Number(row?.commissionRate),
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

  /**
   * Sets the company's part of the profit of future sales, and leaves who did it and when; the same rate changes nothing.
   * @throws Refusal UNAUTHENTICATED, SERVICE_UNAVAILABLE, OUTCOME_UNKNOWN
   */
  async setCommissionRate(actor: User, rate: Ppm): Promise<PoolFigures> {
    const author = byAccount('setCommissionRate', actor);
    const attempt = (): Promise<Ppm> =>
      orNothingToDo(
        changeRows(
          this.dataSource,
          author,
          async (ledger) => {
            const { commissionRate } = await factsOf(ledger);
            if (commissionRate === rate) throw new NothingToDo(rate);
            await ledger.query('UPDATE pool SET commissionRate = ? WHERE id = 1', [rate]);
            await ledger.insert(CommissionRate, { rate, setById: actor.id, setAt: new Date() });
            const before = { commissionRate: formatPercentage(commissionRate) };
            const after = { commissionRate: formatPercentage(rate) };
            return { result: rate, changed: { subject: 'pool', id: 1, before, after } };
          },
          lockPool,
        ),
      );
    await this.queue.run((retryForMs) => tryChangeAgain(attempt, retryForMs));
    return this.figures();
  }

  /** The rates that were ever set, newest first. @throws Refusal BAD_USER_INPUT */
  commissionRates(first: number): Promise<CommissionRate[]> {
    return readRows(this.dataSource.manager, CommissionRate, { orderBy: 'id DESC', limit: checkFirst(first) });
  }
}

/** In line with the sales: each keeps the rate that was in force when its turn came. */
function lockPool(ledger: EntityManager): Promise<unknown> {
  return ledger.query('UPDATE pool SET lastOperation = lastOperation WHERE id = 1');
}
