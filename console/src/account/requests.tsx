import { type ReactElement, useState } from 'react';
import { CancelPaymentDocument, type MyRequestsQuery, type OwnPaymentFragment } from '../api/pool-operations';
import { useWrite } from '../api/pool-queries';
import { ConfirmDialog } from '../ui/dialog';
import { money } from '../ui/format';
import { Empty } from '../ui/states';
import { Ago } from '../ui/time';

type Asked = OwnPaymentFragment;

/** Of those that were decided. */
const SHOWN = 5;

/** What this account asked for, what waits first, with how it went. */
export function Requests({
  pending,
  deposits,
  withdrawals,
  currency,
}: Omit<MyRequestsQuery['me'], 'id'> & { currency: string }): ReactElement {
  const [cancelling, setCancelling] = useState<Asked | null>(null);
  const [said, setSaid] = useState('');
  const decided = [...deposits.nodes, ...withdrawals.nodes]
    .filter(({ status }) => status !== 'PENDING')
    .sort((one, other) => Date.parse(other.createdAt) - Date.parse(one.createdAt))
    .slice(0, SHOWN);
  if (pending.nodes.length + decided.length === 0) {
    return <Empty>You have asked for nothing yet. What you ask for shows here, with how it went.</Empty>;
  }
  const more = pending.totalCount - pending.nodes.length;
  return (
    <>
      <ul className="requests">
        {[...pending.nodes, ...decided].map((payment) => (
          <li key={payment.id}>
            <RequestLine payment={payment} currency={currency} />
            {payment.status === 'PENDING' && (
              <button
                type="button"
                className="button"
                onClick={() => {
                  setCancelling(payment);
                }}
              >
                Cancel<span className="visually-hidden"> the {titleOf(payment, currency).toLowerCase()}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
      {more > 0 && <p className="muted small">And {more} older ones that wait.</p>}
      {cancelling !== null && (
        <Cancel
          payment={cancelling}
          currency={currency}
          onClose={() => {
            setCancelling(null);
          }}
          onDone={() => {
            setSaid(`Cancelled: ${titleOf(cancelling, currency)}.`);
            setCancelling(null);
          }}
        />
      )}
      <p className="visually-hidden" role="status">
        {said}
      </p>
    </>
  );
}

function RequestLine({ payment, currency }: { payment: Asked; currency: string }): ReactElement {
  const { note, createdAt, rejectionReason } = payment;
  return (
    <div className="request">
      <p>
        <strong>{titleOf(payment, currency)}</strong> <State payment={payment} />
      </p>
      <p className="muted small">
        Asked <Ago at={createdAt} />
        {note !== null && (
          <>
            {' '}
            · <bdi>{note}</bdi>
          </>
        )}
      </p>
      {rejectionReason !== null && (
        <p className="small">
          Reason: <bdi>{rejectionReason}</bdi>
        </p>
      )}
    </div>
  );
}

function State({ payment: { status, confirmedAt, rejectionReason } }: { payment: Asked }): ReactElement {
  if (status === 'PENDING') return <span className="tag warn">waits for an operator</span>;
  if (status === 'REJECTED') {
    return <span className="tag danger">{rejectionReason === null ? 'cancelled or rejected' : 'rejected'}</span>;
  }
  return (
    <span className="tag good">
      <span>booked {confirmedAt !== null && <Ago at={confirmedAt} />}</span>
    </span>
  );
}

function Cancel({
  payment,
  currency,
  onClose,
  onDone,
}: {
  payment: Asked;
  currency: string;
  onClose: () => void;
  onDone: () => void;
}): ReactElement {
  const cancel = useWrite(CancelPaymentDocument, `cancelPayment ${payment.id}`);
  return (
    <ConfirmDialog
      title="Cancel this request?"
      confirm="Cancel the request"
      doing="Cancelling …"
      leave="Keep it"
      isDangerous
      isBusy={cancel.isPending}
      problem={cancel.error}
      onClose={onClose}
      onConfirm={() => {
        cancel.mutate({ id: payment.id }, { onSuccess: onDone });
      }}
    >
      <p>{titleOf(payment, currency)}. No money has moved; you can ask again at any time.</p>
    </ConfirmDialog>
  );
}

const titleOf = ({ kind, amount }: Asked, currency: string): string =>
  `${kind === 'DEPOSIT' ? 'Deposit' : 'Withdrawal'} of ${money(amount.replace('-', ''))} ${currency}`;
