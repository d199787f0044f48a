import type { DataSource, EntityManager } from 'typeorm';
import { formatPercentage, type Ppm, WHOLE } from '../values/percentage';
import { byServer, changeRows } from './changes';
import { tryAgain } from './retry';
import { NothingToDo, orNothingToDo } from './transaction';

/** What stands in the pool's books for good, or until an ADMIN changes it there. */
export interface PoolFacts {
  /** ISO 4217 code. */
  currency: string;
  /** The company's part of a positive profit, for the next sale. */
  commissionRate: Ppm;
}

/** Of a pool whose first start was told nothing else. */
const DEFAULTS: PoolFacts = { currency: 'USD', commissionRate: 500_000 };

/** A setting contradicts the pool's books; the message is the one line to show. */
class FactsDifferError extends Error {
  override readonly name = 'FactsDifferError';
}

/** @throws Error where no start has settled them yet */
export async function factsOf(ledger: EntityManager): Promise<PoolFacts> {
  const facts = await readFacts(ledger);
  if (facts === null) throw new Error('The pool has no currency and no commission rate yet: start the server again.');
  return facts;
}

/**
 * Stores currency and commission rate with the pool at its first start, and holds later settings to them.
 * @param settings null: not set
 * @throws FactsDifferError where a setting differs: it would give the same books another currency or rate
 */
export async function settleFacts(
  dataSource: DataSource,
  settings: { currency: string | null; commissionRate: Ppm | null },
): Promise<void> {
  const settle = (): Promise<PoolFacts> =>
    orNothingToDo(
      changeRows(dataSource, byServer('start:pool'), async (ledger) => {
        // It locks the row: of several servers that start for the first time, one decides.
        await ledger.query('UPDATE pool SET lastOperation = lastOperation WHERE id = 1');
        const settled = await readFacts(ledger);
        if (settled !== null) throw new NothingToDo(settled);
        const facts = await writeFacts(ledger, settings);
        const after = { currency: facts.currency, commissionRate: formatPercentage(facts.commissionRate) };
        return { result: facts, changed: { subject: 'pool', id: 1, after } };
      }),
    );
  // Later starts wait for no operation.
  const facts = (await readFacts(dataSource.manager)) ?? (await tryAgain(settle));
  const { currency, commissionRate } = settings;
  if (currency !== null && currency !== facts.currency) {
    throw new FactsDifferError(
      `CURRENCY is ${currency}, but this pool keeps its books in ${facts.currency} since its first start: ` +
        `unset CURRENCY, or set it to ${facts.currency}.`,
    );
  }
  if (commissionRate !== null && commissionRate !== facts.commissionRate) {
    const rate = formatPercentage(facts.commissionRate);
    throw new FactsDifferError(
      `COMMISSION_RATE is ${formatPercentage(commissionRate)}, but the rate of this pool is ${rate}: ` +
        `unset COMMISSION_RATE, or set it to ${rate}; an ADMIN changes the rate with setCommissionRate.`,
    );
  }
}

async function readFacts(ledger: EntityManager): Promise<PoolFacts | null> {
  const [row] = await ledger.query<{ currency: string | null; commissionRate: number | null }[]>(
    'SELECT currency, commissionRate FROM pool WHERE id = 1',
  );
  if (row === undefined || row.currency === null || row.commissionRate === null) return null;
  return { currency: row.currency, commissionRate: row.commissionRate };
}

async function writeFacts(
  ledger: EntityManager,
  settings: { currency: string | null; commissionRate: Ppm | null },
): Promise<PoolFacts> {
  const currency = settings.currency ?? DEFAULTS.currency;
  const commissionRate = settings.commissionRate ?? DEFAULTS.commissionRate;
  await ledger.query('UPDATE pool SET currency = ?, commissionRate = ? WHERE id = 1', [currency, commissionRate]);
  await ledger.query('INSERT INTO commission_rates (rate, setById, setAt) VALUES (?)', [
    [commissionRate, null, new Date()],
  ]);
  // Sales of an older version: this rate where it gives their commission, else the least one that does.
  const profit = 'CAST(profit AS DECIMAL(30,0))';
  await ledger.query(
    `UPDATE sales SET commissionRate = IF(profit <= 0 OR ${profit} * ? DIV ${WHOLE} = commission, ?,
                                          CEILING(CAST(commission AS DECIMAL(30,0)) * ${WHOLE} / profit))
     WHERE commissionRate IS NULL`,
    [commissionRate, commissionRate],
  );
  return { currency, commissionRate };
}
