import { type ReactElement, useState } from 'react';
import { count, share } from '../ui/format';
import { LongTable } from '../ui/long-table';
import { Link } from '../ui/navigation';
import { Amount, BeforeAfter } from './amount';

/** What would be booked for an account. */
export interface PreviewRow {
  user: { id: string; name: string };
  amount: string;
  balanceBefore: string;
  balance: string;
  percentage: string;
  /** Left out where no share would change. */
  percentageBefore?: string;
}

/** What follows on the page is not pushed out of sight by more than that, unless somebody asks for them. */
const FEW = 10;

/** Every account before and after. */
export function PreviewTable({
  label,
  rows,
  hasShares = false,
}: {
  label: string;
  rows: readonly PreviewRow[];
  hasShares?: boolean;
}): ReactElement {
  const [text, setText] = useState('');
  const [isWhole, setWhole] = useState(false);
  const sought = text.trim().toLocaleLowerCase();
  const found = rows.filter(({ user }) => user.name.toLocaleLowerCase().includes(sought));
  const shown = isWhole ? found : found.slice(0, FEW);
  return (
    <>
      {rows.length > FEW && (
        <div className="filters">
          <label>
            <span>Member</span>
            <input
              type="search"
              value={text}
              placeholder="Name"
              onChange={({ target }) => {
                setText(target.value);
              }}
            />
          </label>
          <p className="muted small" role="status">
            {count(shown.length)} of {count(rows.length)} accounts
          </p>
        </div>
      )}
      <LongTable
        label={label}
        className={hasShares ? 'preview with-shares' : 'preview'}
        head={hasShares ? [...HEAD, SHARE] : HEAD}
        rows={shown}
        keyOf={({ user }) => user.id}
      >
        {(row) => <PreviewCells row={row} hasShares={hasShares} />}
      </LongTable>
      {shown.length < found.length && (
        <p>
          <button
            type="button"
            className="button"
            onClick={() => {
              setWhole(true);
            }}
          >
            Show all {count(found.length)}
          </button>
        </p>
      )}
    </>
  );
}

const HEAD = [
  <th key="who" scope="col">
    Member
  </th>,
  <th key="amount" scope="col" className="sum">
    Change
  </th>,
  <th key="balance" scope="col" className="sum">
    Balance, before and after
  </th>,
];
const SHARE = (
  <th key="share" scope="col" className="sum">
    Share, before and after
  </th>
);

function PreviewCells({ row, hasShares }: { row: PreviewRow; hasShares: boolean }): ReactElement {
  const { user, amount, balanceBefore, balance, percentage, percentageBefore = percentage } = row;
  return (
    <>
      <th scope="row">
        <Link href={`/members/${user.id}`}>
          <bdi>{user.name}</bdi>
        </Link>
      </th>
      <td className="sum" data-name="Change">
        <Amount of={amount} isSigned />
      </td>
      <td className="sum" data-name="Balance">
        <BeforeAfter before={<Amount of={balanceBefore} />} after={<Amount of={balance} />} />
      </td>
      {hasShares && (
        <td className="sum" data-name="Share">
          <BeforeAfter before={<>{share(percentageBefore)}</>} after={<>{share(percentage)}</>} />
        </td>
      )}
    </>
  );
}
