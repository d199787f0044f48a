import type { ReactElement } from 'react';
import type { PoolQuery } from '../api/operations';
import { count, money } from '../ui/format';

type Pool = PoolQuery['pool'];

export function PoolFigures({ pool }: { pool: Pool }): ReactElement {
  const { currency } = pool;
  return (
    <dl className="figures">
      <Amount name="Capital" amount={pool.capital} currency={currency} note={`${members(pool.members)} with a share`} />
      <Amount name="Available" amount={pool.available} currency={currency} note="to buy with" />
      <Amount
        name="Invested"
        amount={pool.invested}
        currency={currency}
        note={`in ${vehicles(pool.vehiclesForSale)} for sale`}
      />
      <Amount name="Profit" amount={pool.profit} currency={currency} note={`of ${vehicles(pool.vehiclesSold)} sold`} />
      <Amount name="Company revenue" amount={pool.companyRevenue} currency={currency} note="commission" />
    </dl>
  );
}

interface AmountProps {
  name: string;
  amount: string;
  currency: string;
  note: string;
}

function Amount({ name, amount, currency, note }: AmountProps): ReactElement {
  const isNegative = amount.startsWith('-');
  return (
    <div className="figure">
      <dt>{name}</dt>
      <dd className={isNegative ? 'amount negative' : 'amount'}>
        {money(amount)} <abbr title={currency}>{currency}</abbr>
      </dd>
      <dd className="muted">{note}</dd>
    </div>
  );
}

const members = (number: number): string => `${count(number)} ${number === 1 ? 'member' : 'members'}`;
const vehicles = (number: number): string => `${count(number)} ${number === 1 ? 'vehicle' : 'vehicles'}`;
