import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { askPool } from '../api/client';
import {
  MemberBookingsDocument,
  OneMemberDocument,
  type OneMemberQuery,
  UpdateMemberDocument,
} from '../api/pool-operations';
import { POOL, useWrite } from '../api/pool-queries';
import { polledCalmly } from '../api/queries';
import { useSession } from '../session/session';
import { money, share } from '../ui/format';
import { LongTable } from '../ui/long-table';
import { Link } from '../ui/navigation';
import { Content, Empty } from '../ui/states';
import { Ago, When } from '../ui/time';
import { Amount, useCurrency } from './amount';
import { CorrectMember } from './correct-member';
import { Fact } from './fact';
import { useList } from './list';
import { ListFoot } from './list-foot';
import { OperationDone } from './operation-done';
import { KINDS, ROLES } from './words';

type Shown = NonNullable<OneMemberQuery['user']>;

/** One account: what it holds, what waits, and every booking. */
export default function Member({ id }: { id: string }): ReactElement {
  const query = useQuery({
    queryKey: [POOL, 'member', id],
    queryFn: async () => (await askPool(OneMemberDocument, { id })).user,
    placeholderData: undefined,
    refetchInterval: polledCalmly,
  });
  return (
    <div className="page">
      <Content query={query} what="the member" lines={6}>
        {(member) =>
          member === null ? (
            <Empty>
              There is no account {id}. <Link href="/members">Go to the members</Link>
            </Empty>
          ) : (
            <Whole member={member} />
          )
        }
      </Content>
    </div>
  );
}

function Whole({ member }: { member: Shown }): ReactElement {
  const { id, name, disabledAt, payments } = member;
  const { session } = useSession();
  // A form that has done its work begins again: kept, it would set back what a colleague corrects next.
  const [corrected, setCorrected] = useState(0);
  const update = useWrite(UpdateMemberDocument, `updateUser ${id}`, () => {
    setCorrected(corrected + 1);
  });
  return (
    <>
      <div className="heading">
        <div>
          <p className="back">
            <Link href="/members">Members</Link>
          </p>
          <h1>
            <bdi>{name}</bdi>
          </h1>
        </div>
        {disabledAt !== null && <span className="tag danger">disabled</span>}
      </div>
      {update.isSuccess && (
        <OperationDone key={update.submittedAt} of={{ kind: 'updateUser', subject: 'user', id }} what="Corrected" />
      )}
      <Facts member={member} />
      <section aria-labelledby="waits">
        <h2 id="waits">Waits for a decision</h2>
        <Pending payments={payments.nodes} />
        {payments.pageInfo.hasNextPage && <Link href={`/payments?member=${id}`}>All that waits</Link>}
      </section>
      <Bookings id={id} />
      {session?.role === 'ADMIN' && <CorrectMember key={corrected} member={member} update={update} />}
    </>
  );
}

function Facts({ member }: { member: Shown }): ReactElement {
  const currency = useCurrency();
  const { id, email, role, balance, percentage, createdAt } = member;
  return (
    <dl className="facts card">
      <Fact name="Balance">
        {money(balance)} {currency}
      </Fact>
      <Fact name="Share">{share(percentage)}</Fact>
      <Fact name="Email">{email}</Fact>
      <Fact name="Role">{ROLES[role]}</Fact>
      <Fact name="Account since">
        <When at={createdAt} />
      </Fact>
      <Fact name="Number">{id}</Fact>
    </dl>
  );
}

function Pending({ payments }: { payments: Shown['payments']['nodes'] }): ReactElement {
  const currency = useCurrency();
  if (payments.length === 0) return <p className="muted">Nothing of this account waits.</p>;
  return (
    <ul className="waiting">
      {payments.map(({ id, kind, amount, createdAt, note }) => (
        <li key={id}>
          <Link href={`/payments/${id}`}>
            {KINDS[kind]} of {money(amount.replace('-', ''))} {currency}
          </Link>{' '}
          <span className="muted">
            <Ago at={createdAt} />
          </span>
          {note !== null && (
            <span className="note">
              <bdi>{note}</bdi>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function Bookings({ id }: { id: string }): ReactElement {
  const list = useList(['bookings', id], async ({ first, after }) => {
    const { user } = await askPool(MemberBookingsDocument, { id, first, after });
    return user?.contributions ?? { nodes: [], pageInfo: { endCursor: null, hasNextPage: false } };
  });
  return (
    <section aria-labelledby="bookings">
      <div className="heading">
        <h2 id="bookings">Bookings</h2>
        <Link href={`/payments?status=ALL&member=${id}`}>All payments of this account</Link>
      </div>
      <Content query={list.query} what="the bookings" lines={6}>
        {() =>
          list.rows.length === 0 && !list.query.isPlaceholderData ? (
            <Empty>Nothing was booked yet. The first deposit that is confirmed will show here.</Empty>
          ) : (
            <div className="list" aria-busy={list.query.isPlaceholderData}>
              <LongTable
                label="Bookings"
                className="bookings"
                head={HEAD}
                rows={list.rows}
                keyOf={(booking) => booking.id}
                onNearEnd={list.more}
              >
                {({ amount, balance, percentage, createdAt, payment }) => (
                  <>
                    <th scope="row">
                      {/* A confirmation for somebody else changes the share alone. */}
                      {amount === '0.00' ? 'Share after a payment of another' : KINDS[payment.kind]}
                      {amount !== '0.00' && (
                        <span className="note">
                          <Link href={`/payments/${payment.id}`}>payment {payment.id}</Link>
                        </span>
                      )}
                    </th>
                    <td className="sum" data-name="Change">
                      <Amount of={amount} isSigned />
                    </td>
                    <td className="sum" data-name="Balance">
                      <Amount of={balance} />
                    </td>
                    <td className="sum" data-name="Share">
                      {share(percentage)}
                    </td>
                    <td data-name="Booked">
                      <Ago at={createdAt} isShort />
                    </td>
                  </>
                )}
              </LongTable>
              <ListFoot list={list} what="bookings" />
            </div>
          )
        }
      </Content>
    </section>
  );
}

const HEAD = [
  <th key="what" scope="col">
    Booking
  </th>,
  <th key="amount" scope="col" className="sum">
    Change
  </th>,
  <th key="balance" scope="col" className="sum">
    Balance
  </th>,
  <th key="share" scope="col" className="sum">
    Share
  </th>,
  <th key="when" scope="col">
    Booked
  </th>,
];
