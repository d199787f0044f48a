import type { ReactElement } from 'react';
import { usePoolNow } from '../api/queries';
import { Content } from '../ui/states';
import { AskForm } from './ask-form';
import { Bookings } from './bookings';
import { Figures } from './figures';
import { HoldingChart } from './holding-chart';
import { type Me, useMe, useRequests } from './queries';
import { Requests } from './requests';
import { Statements } from './statements';

/** What a member wants to know: what is mine worth, what happened, and is my request done. */
export default function Account(): ReactElement {
  const me = useMe();
  const pool = usePoolNow();
  return (
    <div className="page account-page">
      <h1>My account</h1>
      <Content query={me} what="your account" lines={4}>
        {(data) => (
          <>
            <Figures me={data} pool={pool.data} />
            <Sections me={data} currency={pool.data?.currency ?? ''} />
          </>
        )}
      </Content>
    </div>
  );
}

function Sections({ me, currency }: { me: Me; currency: string }): ReactElement {
  const requests = useRequests();
  return (
    <>
      <div className="two">
        <section className="card" aria-labelledby="requests">
          <h2 id="requests">My requests</h2>
          <Content query={requests} what="your requests" lines={4}>
            {(data) => <Requests {...data} currency={currency} />}
          </Content>
        </section>
        <section className="card" aria-labelledby="ask">
          <h2 id="ask">Ask for a payment</h2>
          <AskForm balance={me.balance} currency={currency} />
        </section>
      </div>
      <section className="card" aria-labelledby="history">
        <h2 id="history">Balance and share over time</h2>
        <HoldingChart me={me} currency={currency} />
      </section>
      <section className="card" aria-labelledby="statements">
        <h2 id="statements">Statements</h2>
        <Statements me={me} currency={currency} />
      </section>
      <section aria-labelledby="bookings">
        <h2 id="bookings">Every booking</h2>
        <Bookings me={me} currency={currency} />
      </section>
    </>
  );
}
