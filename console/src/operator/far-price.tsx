import type { ReactElement } from 'react';
import { ConfirmDialog } from '../ui/dialog';
import { money } from '../ui/format';
import { centsOf } from './cents';

/** Asks once more before something is done at a price that is far from the cost. */
export function FarPrice({
  price,
  cost,
  currency,
  confirm,
  onConfirm,
  onClose,
}: {
  price: string;
  cost: string;
  currency: string;
  /** What the button does. */
  confirm: string;
  onConfirm: () => void;
  onClose: () => void;
}): ReactElement {
  return (
    <ConfirmDialog
      title="Is this price right?"
      confirm={confirm}
      doing={confirm}
      leave="Change the price"
      isBusy={false}
      problem={null}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <p>
        {money(price)} {currency} is {centsOf(price) < centsOf(cost) ? 'less than half' : 'more than twice'} of the cost
        of {money(cost)} {currency}. Is a digit missing, or one too many?
      </p>
    </ConfirmDialog>
  );
}
