import type { ReactElement } from 'react';
import type { BookingFragment } from '../api/pool-operations';
import { count, dateTime, money, share, signedMoney } from '../ui/format';
import { Content, Empty } from '../ui/states';
import { type Me, useBookings } from './queries';

/** Every line of the account's history, the newest first. */
export function Bookings({ me, currency }: { me: Me; currency: string }): ReactElement {
  const bookings = useBookings(me);
  return (
    <Content query={bookings} what="your bookings" lines={8}>
      {({ pages }) => {
        const rows = pages.flatMap(({ nodes }) => nodes);
        if (rows.length === 0)
          return <Empty>Nothing is booked yet. Each confirmed payment and each sale shows here.</Empty>;
        return (
          <>
            <Table rows={rows} currency={currency} />
            <p className="more">
              <span className="muted small">
                {count(rows.length)} of {count(pages.at(-1)?.totalCount ?? 0)} bookings.
              </span>
              {bookings.hasNextPage && (
                <button
                  type="button"
                  className="button"
                  aria-disabled={bookings.isFetchingNextPage}
                  onClick={() => {
                    if (!bookings.isFetchingNextPage) void bookings.fetchNextPage();
                  }}
                >
                  {bookings.isFetchingNextPage ? 'Loading older ones …' : 'Show older ones'}
                </button>
              )}
            </p>
          </>
        );
      }}
    </Content>
  );
}

function Table({ rows, currency }: { rows: readonly BookingFragment[]; currency: string }): ReactElement {
  return (
    <div className="table-place" role="region" aria-label="My bookings" tabIndex={0}>
      <table className="table bookings">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">When</th>
            <th scope="col" className="number">
              Amount
            </th>
            <th scope="col" className="number">
              Balance after it
            </th>
            <th scope="col" className="number">
              Share after it
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <th scope="row">
                <What row={row} />
              </th>
              <td data-name="When">
                <time dateTime={row.createdAt}>{dateTime(row.createdAt)}</time>
              </td>
              <td className="number" data-name="Amount">
                <span className={row.amount.startsWith('-') ? 'less' : undefined}>
                  {signedMoney(row.amount)} {currency}
                </span>
              </td>
              <td className="number" data-name="Balance">
                {money(row.balance)} {currency}
              </td>
              <td className="number" data-name="Share">
                {share(row.percentage)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function What({ row: { amount, payment } }: { row: BookingFragment }): ReactElement {
  const { kind, note, sale } = payment;
  const isPaid = kind === 'DEPOSIT' || kind === 'WITHDRAWAL';
  if (isPaid && amount === '0.00') return <span className="muted">Shares counted again: another member’s payment</span>;
  if (isPaid) {
    return (
      <>
        {kind === 'DEPOSIT' ? 'Deposit' : 'Withdrawal'}
        {note !== null && (
          <>
            : <bdi>{note}</bdi>
          </>
        )}
      </>
    );
  }
  const of = sale === null ? null : <bdi>{sale.vehicle.title}</bdi>;
  if (kind === 'REVERSAL') return <>Income taken back: the sale of {of} was undone</>;
  return <>Income from the sale of {of}</>;
}
