import type { ReactElement } from 'react';
import { usePoolNow } from '../api/queries';
import { Content } from '../ui/states';
import { AskForm } from './ask-form';
import { Figures } from './figures';
import { useMe, useRequests } from './queries';
import { Requests } from './requests';

/** What a member wants to know: what is mine worth, what happened, and is my request done. */
export default function Account(): ReactElement {
  const me = useMe();
  const pool = usePoolNow();
  const requests = useRequests();
  const currency = pool.data?.currency ?? '';
  return (
    <div className="page account-page">
      <div className="heading">
        <h1>My account</h1>
      </div>
      <Content query={me} what="your account" lines={2}>
        {(data) => <Figures me={data} pool={pool.data} />}
      </Content>
      <div className="two">
        <section className="card" aria-labelledby="requests">
          <h2 id="requests">My requests</h2>
          <Content query={requests} what="your requests" lines={4}>
            {(data) => <Requests {...data} currency={currency} />}
          </Content>
        </section>
        <section className="card" aria-labelledby="ask">
          <h2 id="ask">Ask for a payment</h2>
          <AskForm balance={me.data?.balance ?? '0.00'} currency={currency} />
        </section>
      </div>
    </div>
  );
}
