import { type ReactElement, type SyntheticEvent, useDeferredValue, useState } from 'react';
import { askPool } from '../api/client';
import { SalePreviewDocument, type SellVehicleMutationVariables } from '../api/pool-operations';
import { count, money } from '../ui/format';
import { Field, FormProblem, isAbout, MoneyField } from '../ui/form';
import { parseMoney } from '../ui/money';
import { Content } from '../ui/states';
import { useCurrency } from './amount';
import { isFar } from './cents';
import { Fact } from './fact';
import { FarPrice } from './far-price';
import { momentOf, typedMoment } from './moment';
import { pause } from './pause';
import { usePreview } from './preview';
import { PreviewTable } from './preview-table';
import { isOpen, send, type Write } from './write';

interface SellProps {
  vehicle: { id: string; cost: string };
  sell: Write<SellVehicleMutationVariables>;
}

/** Sells a vehicle, with what the sale would bring to whom while the price is typed. */
export function Sell({ vehicle: { id, cost }, sell }: SellProps): ReactElement {
  const currency = useCurrency();
  const [typedPrice, setPrice] = useState('');
  const [typedSoldAt, setSoldAt] = useState('');
  const sent = sell.sent?.input;
  const price = sent === undefined ? typedPrice : money(sent.price);
  const soldAt = sent === undefined ? typedSoldAt : typedMoment(sent.soldAt);
  const [isTried, setTried] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const typed = parseMoney(price);
  const sellNow = (): void => {
    setAsked(false);
    if (typed.amount === null) return;
    send(sell, { input: { vehicleId: id, price: typed.amount, ...momentOf('soldAt', soldAt) } });
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    // An outcome that is unknown is asked for with the same click, and was confirmed before.
    if (sell.sent !== null) {
      send(sell, sell.sent);
      return;
    }
    setTried(true);
    if (typed.amount !== null && isFar(typed.amount, cost)) setAsked(true);
    else sellNow();
  };
  const refused = (field: string): string | null => (isAbout(sell.error, field) ? (sell.error?.message ?? null) : null);
  return (
    <section aria-labelledby="sell">
      <h2 id="sell">Sell</h2>
      <form className="card form" onSubmit={submit} noValidate>
        <fieldset disabled={isOpen(sell)} className="fields">
          <MoneyField
            label="Price"
            value={price}
            onChange={setPrice}
            currency={currency}
            hint="What the buyer pays."
            problem={(isTried ? typed.problem : null) ?? refused('price')}
          />
          <Field label="Sold at" hint="Now, where it is left empty." problem={refused('soldAt')}>
            {(wiring) => (
              <input
                {...wiring}
                type="datetime-local"
                value={soldAt}
                onChange={({ target }) => {
                  setSoldAt(target.value);
                }}
              />
            )}
          </Field>
        </fieldset>
        {refused('price') === null && refused('soldAt') === null && (
          <FormProblem problem={sell.error} onLeave={sell.leave} />
        )}
        <div>
          <button type="submit" className="button primary" aria-disabled={sell.isPending}>
            {sell.isPending ? 'Selling …' : 'Sell'}
          </button>
        </div>
      </form>
      {typed.amount !== null && <Preview vehicleId={id} price={typed.amount} currency={currency} />}
      {isAsked && typed.amount !== null && (
        <FarPrice
          price={typed.amount}
          cost={cost}
          currency={currency}
          confirm={`Sell for ${money(typed.amount)} ${currency}`}
          onConfirm={sellNow}
          onClose={() => {
            setAsked(false);
          }}
        />
      )}
    </section>
  );
}

function Preview({ vehicleId, price, currency }: { vehicleId: string; price: string; currency: string }) {
  const asked = useDeferredValue(price);
  const query = usePreview(['sale', vehicleId, asked], async (signal) => {
    await pause(signal);
    return (await askPool(SalePreviewDocument, { vehicleId, price: asked })).previewSale;
  });
  return (
    <Content query={query} what="what the sale would book" lines={6} isPreview>
      {({ profit, commission, distributed, members }) => (
        <div className="sale-preview" aria-busy={query.isPlaceholderData}>
          <h3>What this sale would book</h3>
          <dl className="facts card">
            <Fact name={profit.startsWith('-') ? 'Loss' : 'Profit'}>
              {money(profit)} {currency}
            </Fact>
            <Fact name="Commission">
              {money(commission)} {currency}
            </Fact>
            <Fact name="To the members">
              {money(distributed)} {currency}
            </Fact>
            <Fact name="Members paid">{count(members.length)}</Fact>
          </dl>
          {members.length > 0 && <PreviewTable label="Each member’s part" rows={members} />}
        </div>
      )}
    </Content>
  );
}
