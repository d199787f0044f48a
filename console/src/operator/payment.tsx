import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { askPool } from '../api/client';
import {
  ConfirmPaymentDocument,
  OnePaymentDocument,
  type OnePaymentQuery,
  RejectPaymentDocument,
} from '../api/pool-operations';
import { POOL, useWrite } from '../api/pool-queries';
import { polledCalmly } from '../api/queries';
import { money, share } from '../ui/format';
import { Link } from '../ui/navigation';
import { Content, Empty } from '../ui/states';
import { When } from '../ui/time';
import { useCurrency } from './amount';
import { Decision } from './decision';
import { By, Fact } from './fact';
import { OperationDone } from './operation-done';
import { State } from './state';
import { KINDS, PAYMENT_STATES } from './words';
import { lastDone } from './write';

type Shown = NonNullable<OnePaymentQuery['payment']>;

/** One payment; while it is pending, with what its confirmation would book. */
export default function Payment({ id }: { id: string }): ReactElement {
  const query = useQuery({
    queryKey: [POOL, 'payment', id],
    queryFn: async () => (await askPool(OnePaymentDocument, { id })).payment,
    placeholderData: undefined,
    refetchInterval: polledCalmly,
  });
  const confirm = useWrite(ConfirmPaymentDocument, `confirmPayment ${id}`);
  const reject = useWrite(RejectPaymentDocument, `rejectPayment ${id}`);
  const done = lastDone([
    { write: confirm, kind: 'confirmPayment', what: 'Confirmed' },
    { write: reject, kind: 'rejectPayment', what: 'Rejected' },
  ]);
  return (
    <div className="page">
      <Content query={query} what="the payment" lines={6}>
        {(payment) =>
          payment === null ? (
            <Empty>
              There is no payment {id}. <Link href="/payments">Go to the payments</Link>
            </Empty>
          ) : (
            <>
              <Heading payment={payment} />
              {done !== null && <OperationDone of={{ kind: done.kind, subject: 'payment', id }} what={done.what} />}
              <Facts payment={payment} />
              <Decision payment={payment} confirm={confirm} reject={reject} />
            </>
          )
        }
      </Content>
    </div>
  );
}

function Heading({ payment: { kind, amount, status } }: { payment: Shown }): ReactElement {
  const currency = useCurrency();
  return (
    <div className="heading">
      <div>
        <p className="back">
          <Link href="/payments">Payments</Link>
        </p>
        <h1>
          {KINDS[kind]} of {money(amount.replace('-', ''))} {currency}
        </h1>
      </div>
      <State {...PAYMENT_STATES[status]} />
    </div>
  );
}

function Facts({ payment }: { payment: Shown }): ReactElement {
  const { id, kind, user, createdAt, note, confirmedAt, confirmedBy, rejectedAt, rejectedBy, rejectionReason } =
    payment;
  return (
    <dl className="facts card">
      <Fact name="Member">
        <Link href={`/members/${user?.id ?? ''}`}>
          <bdi>{user?.name}</bdi>
        </Link>
      </Fact>
      <Fact name="Balance now">{money(user?.balance ?? '0')}</Fact>
      <Fact name="Share now">{share(user?.percentage ?? '0')}</Fact>
      {(kind === 'DEPOSIT' || kind === 'WITHDRAWAL') && (
        <Fact name="Asked for">
          <When at={createdAt} />
        </Fact>
      )}
      <Fact name="Number">{id}</Fact>
      {note !== null && (
        <Fact name="Note">
          <bdi>{note}</bdi>
        </Fact>
      )}
      {payment.sale !== null && (
        <Fact name="Sale of">
          <Link href={`/vehicles/${payment.sale.vehicle.id}`}>
            <bdi>{payment.sale.vehicle.title}</bdi>
          </Link>
        </Fact>
      )}
      {payment.reverses !== null && (
        <Fact name="Takes back">
          <Link href={`/payments/${payment.reverses.id}`}>payment {payment.reverses.id}</Link>
        </Fact>
      )}
      {confirmedAt !== null && (
        <Fact name="Booked">
          <When at={confirmedAt} />
          <By who={confirmedBy} />
        </Fact>
      )}
      {rejectedAt !== null && (
        <Fact name="Rejected">
          <When at={rejectedAt} />
          <By who={rejectedBy} />
        </Fact>
      )}
      {rejectionReason !== null && (
        <Fact name="Reason">
          <bdi>{rejectionReason}</bdi>
        </Fact>
      )}
    </dl>
  );
}
