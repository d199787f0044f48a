import type { ReactElement } from 'react';
import type { OperationRowFragment } from '../api/operations';
import { count, money } from '../ui/format';
import { Link } from '../ui/navigation';
import { Empty } from '../ui/states';
import { Ago } from '../ui/time';

export function NewestOperations({
  operations,
  currency,
}: {
  operations: readonly OperationRowFragment[];
  currency: string;
}): ReactElement {
  if (operations.length === 0) {
    return <Empty>No operation yet. Each purchase, sale, undone sale and confirmed payment will show here.</Empty>;
  }
  return (
    <div className="table-place" role="region" aria-label="Newest operations" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col" className="number">
              Number
            </th>
            <th scope="col">What</th>
            <th scope="col">Who</th>
            <th scope="col">When</th>
            <th scope="col">In the backup</th>
          </tr>
        </thead>
        <tbody>
          {operations.map((operation) => (
            <tr key={operation.number}>
              <td className="number">{count(operation.number)}</td>
              <th scope="row">{describe(operation, currency)}</th>
              <td data-name="Who">{operation.actor.name}</td>
              <td data-name="When">
                <Ago at={operation.at} isShort />
              </td>
              <td data-name="Backup">
                {operation.backup === null ? (
                  <span className="tag warn">in none yet</span>
                ) : (
                  <Link className="file" href={`/admin/backups#${operation.backup.filename}`}>
                    {operation.backup.filename}
                  </Link>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** An operation in a few words: "Bought Volvo V60". */
function describe({ kind, vehicle, payment }: OperationRowFragment, currency: string): string {
  const title = vehicle?.title ?? 'a vehicle';
  switch (kind) {
    case 'BUY_VEHICLE':
      return `Bought ${title}`;
    case 'SELL_VEHICLE':
      return `Sold ${title}`;
    case 'UNSELL_VEHICLE':
      return `Reversed the sale of ${title}`;
    case 'UNBUY_VEHICLE':
      return `Undid the purchase of ${title}`;
    case 'CONFIRM_PAYMENT': {
      if (payment === null) return 'Confirmed a payment';
      const what = payment.kind === 'WITHDRAWAL' ? 'withdrawal' : 'deposit';
      return `Confirmed ${payment.user?.name ?? 'a member'}’s ${what} of ${money(payment.amount.replace('-', ''))} ${currency}`;
    }
  }
}
