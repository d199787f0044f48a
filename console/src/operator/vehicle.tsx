import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { askPool } from '../api/client';
import { forget } from '../api/open-writes';
import {
  OneVehicleDocument,
  type OneVehicleQuery,
  SellVehicleDocument,
  UnbuyVehicleDocument,
  UnsellVehicleDocument,
  UpdateVehicleDocument,
} from '../api/pool-operations';
import { POOL, useWrite } from '../api/pool-queries';
import { polledCalmly } from '../api/queries';
import { money } from '../ui/format';
import { Link } from '../ui/navigation';
import { Content, Empty } from '../ui/states';
import { When } from '../ui/time';
import { useCurrency } from './amount';
import { CorrectVehicle } from './correct-vehicle';
import { By, Fact } from './fact';
import { Fold } from './fold';
import { OperationDone } from './operation-done';
import { ReasonForm } from './reason-form';
import { Sales } from './sales';
import { Sell } from './sell';
import { State } from './state';
import { UndoSale } from './undo-sale';
import { VEHICLE_STATES } from './words';
import { isOpen, lastDone, send } from './write';

type Shown = NonNullable<OneVehicleQuery['vehicle']>;

/** One vehicle: what is known of it, its sales, and what can be done with it. */
export default function Vehicle({ id }: { id: string }): ReactElement {
  const query = useQuery({
    queryKey: [POOL, 'vehicle', id],
    queryFn: async () => (await askPool(OneVehicleDocument, { id })).vehicle,
    placeholderData: undefined,
    refetchInterval: polledCalmly,
  });
  return (
    <div className="page">
      <Content query={query} what="the vehicle" lines={6}>
        {(vehicle) =>
          vehicle === null ? (
            <Empty>
              There is no vehicle {id}. <Link href="/vehicles">Go to the vehicles</Link>
            </Empty>
          ) : (
            <Whole vehicle={vehicle} />
          )
        }
      </Content>
    </div>
  );
}

function Whole({ vehicle }: { vehicle: Shown }): ReactElement {
  const { id, status, sales } = vehicle;
  const [sellForm, unsellForm] = [`sellVehicle ${id}`, `unsellVehicle ${id}`];
  // Each settles the other: sent again, an old one would be answered as done, and say that the new one is.
  const sell = useWrite(SellVehicleDocument, sellForm, () => {
    forget(unsellForm);
  });
  const unsell = useWrite(UnsellVehicleDocument, unsellForm, () => {
    forget(sellForm);
  });
  const unbuy = useWrite(UnbuyVehicleDocument, `unbuyVehicle ${id}`);
  // A form that has done its work begins again: kept, it would set back what a colleague corrects next.
  const [corrected, setCorrected] = useState(0);
  const update = useWrite(UpdateVehicleDocument, `updateVehicle ${id}`, () => {
    setCorrected(corrected + 1);
  });
  const done = lastDone([
    { write: sell, kind: 'sellVehicle', what: 'Sold' },
    { write: unsell, kind: 'unsellVehicle', what: 'The sale is undone' },
    { write: unbuy, kind: 'unbuyVehicle', what: 'The purchase is undone' },
    { write: update, kind: 'updateVehicle', what: 'Corrected' },
  ]);
  const since = done?.write.data === undefined ? null : sinceThen(done.write.data);
  const sale = sales.find(({ reversedAt }) => reversedAt === null);
  return (
    <>
      <Heading vehicle={vehicle} />
      {since !== null && (
        <p className="notice info" role="status">
          {since}
        </p>
      )}
      {done !== null && since === null && (
        <OperationDone key={done.write.submittedAt} of={{ kind: done.kind, subject: 'vehicle', id }} what={done.what} />
      )}
      <Facts vehicle={vehicle} />
      {(status === 'FOR_SALE' || isOpen(sell)) && <Sell vehicle={vehicle} sell={sell} />}
      {sales.length > 0 && <Sales sales={sales} />}
      {(status !== 'CANCELLED' || isOpen(update)) && (
        <CorrectVehicle key={corrected} vehicle={vehicle} update={update} />
      )}
      {(sale !== undefined || isOpen(unsell)) && <UndoSale vehicleId={id} saleId={sale?.id ?? null} unsell={unsell} />}
      {((status === 'FOR_SALE' && sales.length === 0) || isOpen(unbuy)) && (
        <Fold summary="Undo the purchase" write={unbuy}>
          <ReasonForm
            what="For a vehicle that was bought by mistake: it stays in the list, and counts nowhere."
            label="Reason, for operators and administrators"
            button="Undo the purchase"
            doing="Undoing the purchase …"
            write={unbuy}
            onSend={(reason) => {
              send(unbuy, { input: { vehicleId: id, reason } });
            }}
          />
        </Fold>
      )}
    </>
  );
}

interface Answer {
  sellVehicle?: { status: string };
  unsellVehicle?: { status: string };
  unbuyVehicle?: unknown;
  updateVehicle?: unknown;
}

/**
 * What became of a sale or its reversal since it was done; null where that is how the vehicle is. One that was sent again is
 * answered with the vehicle of now, and a colleague may have been there in between.
 */
function sinceThen({ sellVehicle, unsellVehicle }: Answer): string | null {
  if (sellVehicle !== undefined && sellVehicle.status !== 'SOLD') return 'It was sold, and that sale is undone since.';
  if (unsellVehicle !== undefined && unsellVehicle.status !== 'FOR_SALE') {
    return 'The sale before was undone, and the vehicle is sold again since.';
  }
  return null;
}

function Heading({ vehicle: { title, status } }: { vehicle: Shown }): ReactElement {
  return (
    <div className="heading">
      <div>
        <p className="back">
          <Link href="/vehicles">Vehicles</Link>
        </p>
        <h1>
          <bdi>{title}</bdi>
        </h1>
      </div>
      <State {...VEHICLE_STATES[status]} />
    </div>
  );
}

function Facts({ vehicle }: { vehicle: Shown }): ReactElement {
  const currency = useCurrency();
  const { id, cost, plannedPrice, vin, year, mileage, boughtAt, boughtBy } = vehicle;
  const { cancelledAt, cancelledBy, cancellationReason } = vehicle;
  return (
    <dl className="facts card">
      <Fact name="Cost">
        {money(cost)} {currency}
      </Fact>
      {plannedPrice !== null && (
        <Fact name="Planned price">
          {money(plannedPrice)} {currency}
        </Fact>
      )}
      <Fact name="Bought">
        <When at={boughtAt} />
        <By who={boughtBy} />
      </Fact>
      {vin !== null && <Fact name="VIN">{vin}</Fact>}
      {year !== null && <Fact name="Model year">{year}</Fact>}
      {mileage !== null && <Fact name="Kilometres">{mileage.toLocaleString()}</Fact>}
      <Fact name="Number">{id}</Fact>
      {cancelledAt !== null && (
        <Fact name="Purchase undone">
          <When at={cancelledAt} />
          <By who={cancelledBy} />
        </Fact>
      )}
      {cancellationReason !== null && (
        <Fact name="Reason">
          <bdi>{cancellationReason}</bdi>
        </Fact>
      )}
    </dl>
  );
}
