import type { ReactElement } from 'react';
import type { PoolQuery } from '../api/operations';
import { count, money } from '../ui/format';

type Pool = PoolQuery['pool'];

export function PoolFigures({ pool }: { pool: Pool }): ReactElement {
  return (
    <dl className="figures">
      <Amount name="Capital" amount={pool.capital} note={`of ${members(pool.members)}`} />
      <Amount name="Available" amount={pool.available} note="to buy with" />
      <Amount
        name="Invested"
        amount={pool.invested}

        note={`in ${vehicles(pool.vehiclesForSale)} for sale`}
      />
      <Amount name="Profit" amount={pool.profit} note={`of ${vehicles(pool.vehiclesSold)} sold`} />
      <Amount name="Company revenue" amount={pool.companyRevenue} note="commission" />
    </dl>
  );
}

interface AmountProps {
  name: string;
  amount: string;
  note: string;
}

function Amount({ name, amount, note }: AmountProps): ReactElement {
  const isNegative = amount.startsWith('-');
  return (
    <div className="figure">
      <dt>{name}</dt>
      <dd className={isNegative ? 'amount negative' : 'amount'}>{money(amount)}</dd>
      <dd className="muted">{note}</dd>
    </div>
  );
}

const members = (number: number): string => `${count(number)} ${number === 1 ? 'member' : 'members'}`;
const vehicles = (number: number): string => `${count(number)} ${number === 1 ? 'vehicle' : 'vehicles'}`;
