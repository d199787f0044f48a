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
            <Table entries={grouped(rows)} currency={currency} />
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

function Table({ entries, currency }: { entries: readonly Entry[]; currency: string }): ReactElement {
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
          {entries.map(({ row, others }) => (
            <tr key={row.id}>
              <th scope="row">{others === 0 ? <What row={row} /> : <Recounts count={others} />}</th>
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

function What({ row: { payment } }: { row: BookingFragment }): ReactElement {
  const { kind, note, sale } = payment;
  const isPaid = kind === 'DEPOSIT' || kind === 'WITHDRAWAL';
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

/** Payments of others that came one after the other, and only moved the share, are one line. */
function Recounts({ count: payments }: { count: number }): ReactElement {
  return (
    <span className="muted">
      {payments === 1
        ? 'Share counted again: another member’s payment'
        : `Share counted again: ${count(payments)} payments of other members`}
    </span>
  );
}

interface Entry {
  /** The newest of them. */
  row: BookingFragment;
  /** How many payments of others it stands for; 0 where it is this account's own. */
  others: number;
}

function grouped(rows: readonly BookingFragment[]): Entry[] {
  const entries: Entry[] = [];
  for (const row of rows) {
    const last = entries.at(-1);
    if (!isOfOthers(row)) entries.push({ row, others: 0 });
    else if (last === undefined || last.others === 0) entries.push({ row, others: 1 });
    else last.others += 1;
  }
  return entries;
}

const isOfOthers = ({ amount, payment: { kind } }: BookingFragment): boolean =>
  amount === '0.00' && (kind === 'DEPOSIT' || kind === 'WITHDRAWAL');
