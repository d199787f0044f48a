import type { ReactElement } from 'react';
import { askPool } from '../api/client';
import {
  ConfirmationPreviewDocument,
  type ConfirmPaymentMutationVariables,
  type PaymentRowFragment,
  type RejectPaymentMutationVariables,
} from '../api/pool-operations';
import { FormProblem } from '../ui/form';
import { Content } from '../ui/states';
import { usePreview } from './preview';
import { PreviewTable } from './preview-table';
import { ReasonForm } from './reason-form';
import { isOpen, send, type Write } from './write';

interface DecisionProps {
  payment: PaymentRowFragment;
  confirm: Write<ConfirmPaymentMutationVariables>;
  reject: Write<RejectPaymentMutationVariables>;
}

/** Confirms or rejects a payment, with what a confirmation would book. What was refused stays said when it is decided. */
export function Decision({ payment, confirm, reject }: DecisionProps): ReactElement {
  const { id, status } = payment;
  const isPending = status === 'PENDING';
  const isUndecided = isPending || isOpen(confirm) || isOpen(reject);
  return (
    <>
      <FormProblem problem={confirm.error} onLeave={confirm.leave} />
      {!isUndecided && <FormProblem problem={reject.error} />}
      {isUndecided && (
        <section aria-labelledby="decide">
          <h2 id="decide">Decide</h2>
          <div className="two">
            <div className="card decide">
              <p>A confirmation books the money at once, and works out the share of every member again.</p>
              <button
                type="button"
                className="button primary"
                aria-disabled={confirm.isPending}
                onClick={() => {
                  send(confirm, { id });
                }}
              >
                {confirm.isPending ? 'Confirming …' : 'Confirm'}
              </button>
            </div>
            <ReasonForm
              what="A rejection moves no money."
              label="Reason, which the member sees"
              button="Reject"
              doing="Rejecting …"
              write={reject}
              onSend={(reason) => {
                send(reject, { id, reason });
              }}
            />
          </div>
        </section>
      )}
      {isPending && <Preview id={id} />}
    </>
  );
}

function Preview({ id }: { id: string }): ReactElement {
  const query = usePreview(
    ['confirmation', id],
    async () => (await askPool(ConfirmationPreviewDocument, { id })).previewConfirmation.members,
  );
  return (
    <section aria-labelledby="preview">
      <h2 id="preview">What a confirmation would book now</h2>
      <Content query={query} what="what it would book" lines={6} isPreview>
        {(members) => (
          <div className="sale-preview" aria-busy={query.isPlaceholderData}>
            <PreviewTable
              label="Every member before and after"
              // The one whose money it is comes first.
              rows={members.toSorted((one, other) => Number(isZero(one.amount)) - Number(isZero(other.amount)))}
              hasShares
            />
          </div>
        )}
      </Content>
    </section>
  );
}

const isZero = (amount: string): boolean => /^-?0\.00$/.test(amount);
