import type { ReactElement } from 'react';
import type { MyStatementLinesQuery, MyStatementQuery } from '../api/pool-operations';
import { dateTime, day, money, share, signedMoney } from '../ui/format';
import type { Me } from './queries';

type Statement = MyStatementQuery['me']['statement'];
type Line = MyStatementLinesQuery['me']['statement']['lines'][number];

interface StatementViewProps {
  me: Me;
  currency: string;
  statement: Statement;
}

/** What was there, what came and went, and what is left: it adds up down the column. */
export function StatementView({ me, currency, statement }: StatementViewProps): ReactElement {
  const { from, to, opening, closing, openingPercentage, closingPercentage } = statement;
  const moved: readonly [name: string, amount: string][] = [
    ['Deposits', statement.deposits],
    ['Withdrawals', statement.withdrawals],
    ['Incomes', statement.incomes],
    ['Taken back', statement.reversals],
  ];
  return (
    <>
      <div className="print-only">
        <h1>
          Statement of <bdi>{me.name}</bdi>
        </h1>
        <p>{me.email}</p>
      </div>
      <p className="muted">
        From {day(from)} to {day(new Date(Date.parse(to) - 1).toISOString())}, in {currency}.
      </p>
      <table className="table small sums">
        <tbody>
          <Sum name="Balance before" amount={money(opening)} note={share(openingPercentage)} />
          {moved.map(([name, amount]) => (
            <Sum key={name} name={name} amount={signedMoney(amount)} />
          ))}
          <Sum name="Balance after" amount={money(closing)} note={share(closingPercentage)} isTotal />
        </tbody>
      </table>
    </>
  );
}

interface SumProps {
  name: string;
  amount: string;
  note?: string;
  isTotal?: boolean;
}

function Sum({ name, amount, note, isTotal = false }: SumProps): ReactElement {
  return (
    <tr className={isTotal ? 'total' : undefined}>
      <th scope="row">{name}</th>
      <td className="number">
        {amount}
        {note !== undefined && <span className="muted small">{note}</span>}
      </td>
    </tr>
  );
}

/** Each booking of the statement, the oldest first. */
export function StatementLines({ lines }: { lines: readonly Line[] }): ReactElement {
  if (lines.length === 0) return <p className="muted">Nothing was booked in this time.</p>;
  return (
    <div className="table-place" role="region" aria-label="Bookings of the statement" tabIndex={0}>
      <table className="table small">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">What</th>
            <th scope="col" className="number">
              Amount
            </th>
            <th scope="col" className="number">
              Balance
            </th>
            <th scope="col" className="number">
              Share
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ at, kind, amount, balance, percentage }, index) => (
            <tr key={index}>
              <th scope="row">{dateTime(at)}</th>
              <td>{kind === null ? 'Share' : NAMES[kind]}</td>
              <td className="number">{signedMoney(amount)}</td>
              <td className="number">{money(balance)}</td>
              <td className="number">{share(percentage)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const NAMES: Readonly<Record<NonNullable<Line['kind']>, string>> = {
  DEPOSIT: 'Deposit',
  WITHDRAWAL: 'Withdrawal',
  INCOME: 'Income',
  COMMISSION: 'Commission',
  REVERSAL: 'Taken back',
};
