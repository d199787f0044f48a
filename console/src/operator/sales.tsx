import type { ReactElement } from 'react';
import type { SaleRowFragment } from '../api/pool-operations';
import { When } from '../ui/time';
import { Amount } from './amount';
import { By } from './fact';

/** Every sale of a vehicle, undone ones included, the newest first. */
export function Sales({ sales }: { sales: readonly SaleRowFragment[] }): ReactElement {
  return (
    <section aria-labelledby="sales">
      <h2 id="sales">Sales</h2>
      <div className="table-place" role="region" aria-label="Sales" tabIndex={0}>
        <table className="table sales">
          <thead>
            <tr>
              <th scope="col">Sold</th>
              {['Price', 'Profit', 'Commission', 'To the members'].map((name) => (
                <th key={name} scope="col" className="sum">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sales.map((sale) => (
              <Row key={sale.id} sale={sale} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ sale }: { sale: SaleRowFragment }): ReactElement {
  const { soldAt, soldBy, daysHeld, reversedAt, reversedBy, reversalReason } = sale;
  return (
    <tr>
      <th scope="row">
        <When at={soldAt} />
        <By who={soldBy} />
        <span className="note">{heldFor(daysHeld)}</span>
        {reversedAt !== null && (
          <span className="note">
            <span className="tag danger">undone</span> <When at={reversedAt} />
            <By who={reversedBy} />
            {reversalReason !== null && (
              <>
                : <bdi>{reversalReason}</bdi>
              </>
            )}
          </span>
        )}
      </th>
      {(['price', 'profit', 'commission', 'distributed'] as const).map((name) => (
        <td key={name} className="sum" data-name={name === 'distributed' ? 'To the members' : capital(name)}>
          <Amount of={sale[name]} />
        </td>
      ))}
    </tr>
  );
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

function heldFor(days: number): string {
  if (days === 0) return 'on the day of its purchase';
  return days === 1 ? 'after one day' : `after ${days} days`;
}
