import { type ReactElement, type SyntheticEvent, useState } from 'react';
import { BuyVehicleDocument, type BuyVehicleMutationVariables } from '../api/pool-operations';
import { useWrite } from '../api/pool-queries';
import { useDraft } from '../ui/draft';
import { money } from '../ui/format';
import { Field, FormProblem, isAbout, MoneyField } from '../ui/form';
import { parseMoney } from '../ui/money';
import { Link } from '../ui/navigation';
import { useCurrency } from './amount';
import { isFar } from './cents';
import { FarPrice } from './far-price';
import { momentOf, typedMoment } from './moment';
import { OperationDone } from './operation-done';
import { isReady, NOTHING_TYPED, sentAsTyped, type TypedVehicle, valuesOf, VehicleFields } from './vehicle-fields';
import { isOpen, send, type Write } from './write';

/** Buys a vehicle. */
export default function Buy(): ReactElement {
  const [draft, setDraft] = useDraft('buy', NOTHING);
  // Only an answer that it was done clears what was typed.
  const buy = useWrite(BuyVehicleDocument, 'buyVehicle', () => {
    setDraft(NOTHING);
  });
  const bought = buy.data?.buyVehicle;
  return (
    <div className="page">
      <div className="heading">
        <div>
          <p className="back">
            <Link href="/vehicles">Vehicles</Link>
          </p>
          <h1>Buy a vehicle</h1>
        </div>
      </div>
      {bought !== undefined && (
        <OperationDone
          key={bought.id}
          of={{ kind: 'buyVehicle', subject: 'vehicle', id: bought.id }}
          what={
            <>
              Bought <bdi>{bought.title}</bdi>
            </>
          }
        >
          <Link href={`/vehicles/${bought.id}`}>Open it</Link>
        </OperationDone>
      )}
      <BuyForm key={bought?.id ?? ''} buy={buy} draft={draft} onDraft={setDraft} />
    </div>
  );
}

interface Draft {
  vehicle: TypedVehicle;
  cost: string;
  boughtAt: string;
}

const NOTHING: Draft = { vehicle: NOTHING_TYPED, cost: '', boughtAt: '' };

interface BuyFormProps {
  buy: Write<BuyVehicleMutationVariables>;
  draft: Draft;
  onDraft: (draft: Draft) => void;
}

function BuyForm({ buy, draft, onDraft }: BuyFormProps): ReactElement {
  const currency = useCurrency();
  const sent = buy.sent?.input;
  const typed = sent === undefined ? draft.vehicle : { ...NOTHING_TYPED, ...sentAsTyped(sent) };
  const typedCost = sent === undefined ? draft.cost : money(sent.cost);
  const boughtAt = sent === undefined ? draft.boughtAt : typedMoment(sent.boughtAt);
  const [isTried, setTried] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const cost = parseMoney(typedCost);
  const { error } = buy;
  const values = valuesOf(typed);
  const isFarOff = cost.amount !== null && values.plannedPrice !== null && isFar(values.plannedPrice, cost.amount);
  const buyNow = (): void => {
    setAsked(false);
    if (cost.amount === null) return;
    send(buy, { input: { ...values, cost: cost.amount, ...momentOf('boughtAt', boughtAt) } });
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    // An outcome that is unknown is asked for with the same click, and was confirmed before.
    if (buy.sent !== null) {
      send(buy, buy.sent);
      return;
    }
    setTried(true);
    if (cost.amount === null || !isReady(typed)) return;
    if (isFarOff) setAsked(true);
    else buyNow();
  };
  const refused = (field: string): string | null => (isAbout(error, field) ? (error?.message ?? null) : null);
  const isBeside = error?.field != null || error?.code === 'VIN_ALREADY_EXISTS';
  return (
    <form className="card form" onSubmit={submit} noValidate>
      {/* What was sent has to be sent again as it was. */}
      <fieldset className="fields" disabled={isOpen(buy)}>
        <VehicleFields
          typed={typed}
          onType={(vehicle) => {
            onDraft({ ...draft, vehicle });
          }}
          currency={currency}
          problem={error}
          isTried={isTried}
        >
          <MoneyField
            label="Cost"
            value={typedCost}
            onChange={(cost) => {
              onDraft({ ...draft, cost });
            }}
            currency={currency}
            hint="What the pool pays."
            problem={(isTried ? cost.problem : null) ?? refused('cost')}
          />
        </VehicleFields>
        <Field label="Bought at" hint="Now, where it is left empty." problem={refused('boughtAt')}>
          {(wiring) => (
            <input
              {...wiring}
              type="datetime-local"
              value={boughtAt}
              onChange={({ target }) => {
                onDraft({ ...draft, boughtAt: target.value });
              }}
            />
          )}
        </Field>
      </fieldset>
      {!isBeside && <FormProblem problem={error} onLeave={buy.leave} />}
      <div>
        <button type="submit" className="button primary" aria-disabled={buy.isPending}>
          {buy.isPending ? 'Buying …' : 'Buy'}
        </button>
      </div>
      {isAsked && cost.amount !== null && values.plannedPrice !== null && (
        <FarPrice
          price={values.plannedPrice}
          cost={cost.amount}
          currency={currency}
          confirm={`Buy for ${money(cost.amount)} ${currency}`}
          onConfirm={buyNow}
          onClose={() => {
            setAsked(false);
          }}
        />
      )}
    </form>
  );
}
