import type { ReactElement } from 'react';
import { useBackups, useOperations, usePool, usePoolHistory, useStatus } from '../api/queries';
import { Link } from '../ui/navigation';
import { Content } from '../ui/states';
import { AnswerView } from './answer-view';
import { BackupsChart } from './backups-chart';
import { NewestOperations } from './newest-operations';
import { PoolChart } from './pool-chart';
import { PoolFigures } from './pool-figures';

const SHOWN_OPERATIONS = 8;

export default function Overview(): ReactElement {
  const status = useStatus();
  const operations = useOperations(status.data, SHOWN_OPERATIONS);
  const pool = usePool(status.data);
  const history = usePoolHistory(status.data);
  const backups = useBackups(status.data);
  const currency = pool.data?.currency ?? '';
  return (
    <div className="page">
      <Content query={status} what="the state of the backups">
        {(data) => <AnswerView status={data} />}
      </Content>
      {status.data !== undefined && (
        <>
          <section aria-labelledby="pool">
            <h2 id="pool">
              The pool <span className="muted">{currency === '' ? '' : `in ${currency}`}</span>
            </h2>
            <Content query={pool} what="the pool’s figures" lines={2}>
              {(data) => <PoolFigures pool={data} />}
            </Content>
          </section>
          <div className="two">
            <section className="card" aria-labelledby="money">
              <h2 id="money">Capital and company revenue</h2>
              <Content query={history} what="the pool’s history" lines={6}>
                {(data) => <PoolChart points={data} currency={currency} />}
              </Content>
            </section>
            <section className="card" aria-labelledby="sizes">
              <h2 id="sizes">Size and duration of the backups</h2>
              <Content query={backups} what="the backups" lines={6}>
                {(data) => <BackupsChart backups={data} />}
              </Content>
            </section>
          </div>
          <section aria-labelledby="operations">
            <div className="heading">
              <h2 id="operations">Newest operations</h2>
              <Link href="/admin/backups">All backups</Link>
            </div>
            <Content query={operations} what="the operations" lines={6}>
              {(data) => <NewestOperations operations={data} currency={currency} />}
            </Content>
          </section>
        </>
      )}
    </div>
  );
}
