import { type ReactElement, type SyntheticEvent, useState } from 'react';
import type { UpdateVehicleMutationVariables, VehicleRowFragment } from '../api/pool-operations';
import { FormProblem } from '../ui/form';
import { typedMoney } from '../ui/money';
import { useCurrency } from './amount';
import { Fold } from './fold';
import { isReady, sentAsTyped, type TypedVehicle, valuesOf, VehicleFields } from './vehicle-fields';
import { isOpen, send, type Write } from './write';

interface CorrectVehicleProps {
  vehicle: VehicleRowFragment & { mileage: number | null };
  update: Write<UpdateVehicleMutationVariables>;
}

/** Corrects what is known of a vehicle; its cost stays what was paid. */
export function CorrectVehicle({ vehicle, update }: CorrectVehicleProps): ReactElement {
  const currency = useCurrency();
  const now = typedOf(vehicle);
  // Only what somebody typed is kept: what a colleague corrects meanwhile shows, and is not set back.
  const [ownChanges, setChanges] = useState<Partial<TypedVehicle>>({});
  const changes = update.sent === null ? ownChanges : sentAsTyped(update.sent.input);
  const [isTried, setTried] = useState(false);
  const typed = { ...now, ...changes };
  const { error, isPending } = update;
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (update.sent !== null) {
      send(update, update.sent);
      return;
    }
    setTried(true);
    const [before, after] = [valuesOf(now), valuesOf(typed)];
    const names = (Object.keys(after) as (keyof TypedVehicle)[]).filter((name) => after[name] !== before[name]);
    if (names.length === 0 || !isReady(typed)) return;
    send(update, { input: { id: vehicle.id, ...Object.fromEntries(names.map((name) => [name, after[name]])) } });
  };
  const isBeside = error?.field != null || error?.code === 'VIN_ALREADY_EXISTS';
  return (
    <Fold summary="Correct what is known of it" write={update}>
      <form className="form" onSubmit={submit} noValidate>
        <fieldset className="fields" disabled={isOpen(update)}>
          <VehicleFields
            typed={typed}
            onType={(next) => {
              setChanges(differences(now, next));
            }}
            currency={currency}
            problem={error}
            isTried={isTried}
          />
        </fieldset>
        {!isBeside && <FormProblem problem={error} onLeave={update.leave} />}
        <div>
          <button type="submit" className="button" aria-disabled={isPending}>
            {isPending ? 'Correcting …' : 'Correct it'}
          </button>
        </div>
      </form>
    </Fold>
  );
}

function typedOf({ title, vin, year, mileage, plannedPrice }: CorrectVehicleProps['vehicle']): TypedVehicle {
  return {
    title,
    vin: vin ?? '',
    year: year === null ? '' : String(year),
    mileage: mileage === null ? '' : String(mileage),
    plannedPrice: plannedPrice === null ? '' : typedMoney(plannedPrice),
  };
}

const differences = (now: TypedVehicle, next: TypedVehicle): Partial<TypedVehicle> =>
  Object.fromEntries(Object.entries(next).filter(([name, value]) => value !== now[name as keyof TypedVehicle]));
