import type { ReactElement } from 'react';
import { askPool } from '../api/client';
import {
  PaymentListDocument,
  type PaymentFilter,
  type PaymentKind,
  type PaymentRowFragment,
  type PaymentStatus,
} from '../api/pool-operations';
import { LongTable } from '../ui/long-table';
import { Link } from '../ui/navigation';
import { useParameters } from '../ui/parameters';
import { Content, Empty } from '../ui/states';
import { Ago } from '../ui/time';
import { Amount } from './amount';
import { useList } from './list';
import { ListFoot } from './list-foot';
import { PaymentFilters } from './payment-filters';
import { State } from './state';
import { KINDS, PAYMENT_STATES } from './words';

/** What the address says of the list. */
interface Chosen {
  status: PaymentStatus | '';
  kind: PaymentKind | '';
  member: string;
  text: string;
}

/** The inbox: what waits for a decision, the oldest first; and every other payment, the newest first. */
export default function Payments(): ReactElement {
  const { given } = useParameters();
  const chosen = chosenIn(given);
  const filter = filterOf(chosen);
  const isInbox = chosen.status === 'PENDING';
  const orderBy = isInbox ? 'OLDEST_FIRST' : 'NEWEST_FIRST';
  const list = useList<PaymentRowFragment>(
    ['payments', filter],
    async (asked) => (await askPool(PaymentListDocument, { ...asked, filter, orderBy })).payments,
  );
  return (
    <div className="page">
      <div className="heading">
        <h1>Payments</h1>
      </div>
      <PaymentFilters chosen={chosen} />
      <Content query={list.query} what="the payments" lines={8}>
        {() =>
          list.rows.length === 0 && !list.query.isPlaceholderData ? (
            <Empty>{emptyBecause(chosen)}</Empty>
          ) : (
            <div className="list" aria-busy={list.query.isPlaceholderData}>
              <LongTable
                label="Payments"
                className="payments"
                head={HEAD}
                rows={list.rows}
                keyOf={({ id }) => id}
                total={list.total}
                onNearEnd={list.more}
              >
                {(payment) => <PaymentCells payment={payment} />}
              </LongTable>
              <ListFoot list={list} what="payments" />
            </div>
          )
        }
      </Content>
    </div>
  );
}

const HEAD = [
  <th key="what" scope="col">
    Payment
  </th>,
  <th key="amount" scope="col" className="number">
    Amount
  </th>,
  <th key="state" scope="col">
    State
  </th>,
  <th key="when" scope="col">
    Since
  </th>,
];

function PaymentCells({ payment }: { payment: PaymentRowFragment }): ReactElement {
  const { id, kind, status, amount, note, createdAt, user } = payment;
  return (
    <>
      <th scope="row">
        <Link href={`/payments/${id}`}>
          {KINDS[kind]} of <bdi>{user?.name}</bdi>
        </Link>
        {note !== null && (
          <span className="note">
            <bdi>{note}</bdi>
          </span>
        )}
      </th>
      <td className="sum" data-name="Amount">
        <Amount of={amount} />
      </td>
      <td data-name="State">
        <State {...PAYMENT_STATES[status]} />
      </td>
      <td data-name="Since">
        <Ago at={createdAt} isShort />
      </td>
    </>
  );
}

function chosenIn(given: URLSearchParams): Chosen {
  const status = given.get('status') ?? 'PENDING';
  const kind = given.get('kind') ?? '';
  return {
    status: status in PAYMENT_STATES ? (status as PaymentStatus) : '',
    kind: kind in KINDS ? (kind as PaymentKind) : '',
    member: given.get('member') ?? '',
    text: given.get('text') ?? '',
  };
}

function filterOf({ status, kind, member, text }: Chosen): PaymentFilter {
  return {
    ...(status === '' ? {} : { status }),
    ...(kind === '' ? {} : { kind }),
    ...(member === '' ? {} : { user: member }),
    ...(text === '' ? {} : { text }),
  };
}

function emptyBecause({ status, kind, member, text }: Chosen): string {
  if (kind !== '' || member !== '' || text !== '') return 'No payment fits these filters. Choose others above.';
  if (status === 'PENDING') return 'Nothing waits for a decision. What members ask for will show here by itself.';
  return 'No such payment yet.';
}
