import { type ReactElement, useState } from 'react';
import { askPool } from '../api/client';
import {
  SalePaymentsDocument,
  type SalePaymentsQuery,
  type UnsellVehicleMutationVariables,
} from '../api/pool-operations';
import { count } from '../ui/format';
import { Content } from '../ui/states';
import { amountOf, centsOf } from './cents';
import { Fold } from './fold';
import { usePreview } from './preview';
import { type PreviewRow, PreviewTable } from './preview-table';
import { ReasonForm } from './reason-form';
import { send, type Write } from './write';

interface UndoSaleProps {
  vehicleId: string;
  /** The sale in force; null where it is undone by now. */
  saleId: string | null;
  unsell: Write<UnsellVehicleMutationVariables>;
}

/** Undoes the sale in force, with what that takes back from whom. */
export function UndoSale({ vehicleId, saleId, unsell }: UndoSaleProps): ReactElement {
  // A sale may have paid every member: that is not loaded for who only looks at the vehicle.
  const [isOpened, setOpened] = useState(false);
  const query = usePreview(['sale payments', saleId], () => takenBack(saleId ?? ''), isOpened && saleId !== null);
  return (
    <Fold
      summary="Undo the sale"
      write={unsell}
      onOpen={() => {
        setOpened(true);
      }}
    >
      <ReasonForm
        what="The vehicle is for sale again, and what the sale paid is taken back, as listed below. Shares stay as they are."
        label="Reason, for operators and administrators"
        button="Undo the sale"
        doing="Undoing the sale …"
        write={unsell}
        onSend={(reason) => {
          send(unsell, { input: { vehicleId, reason } });
        }}
      />
      {saleId !== null && (
        <Content query={query} what="what it takes back" lines={6} isPreview>
          {(rows) => <TakenBack rows={rows} />}
        </Content>
      )}
    </Fold>
  );
}

function TakenBack({ rows }: { rows: readonly PreviewRow[] }): ReactElement {
  const overdrawn = rows.filter(({ balance }) => balance.startsWith('-')).length;
  if (rows.length === 0) return <p className="muted">This sale paid nothing, so that nothing is taken back.</p>;
  return (
    <>
      {overdrawn > 0 && (
        <p className="notice warn">
          {overdrawn === 1 ? 'One account' : `${count(overdrawn)} accounts`} would have less than nothing: the money was
          withdrawn meanwhile.
        </p>
      )}
      <PreviewTable label="What is taken back" rows={rows} />
    </>
  );
}

type Page = NonNullable<SalePaymentsQuery['sale']>['paymentsPage'];

/** What the reversal books, computed as the server does: the opposite of each amount that was paid. */
async function takenBack(id: string): Promise<PreviewRow[]> {
  const rows: PreviewRow[] = [];
  let page: Page | undefined;
  do {
    const after: string | null = page?.pageInfo.endCursor ?? null;
    page = (await askPool(SalePaymentsDocument, { id, after })).sale?.paymentsPage;
    for (const { user, amount, status } of page?.nodes ?? []) {
      if (user === null || status !== 'CONFIRMED') continue;
      const { balance, percentage } = user;
      const after = amountOf(centsOf(balance) - centsOf(amount));
      rows.push({ user, percentage, amount: amountOf(-centsOf(amount)), balanceBefore: balance, balance: after });
    }
  } while (page?.pageInfo.hasNextPage === true);
  return rows;
}
