import type { ReactElement } from 'react';
import type { MeQuery, PoolNowQuery } from '../api/pool-operations';
import { day, money, share } from '../ui/format';

/** What the account holds now. */
export function Figures({ me, pool }: { me: MeQuery['me']; pool: PoolNowQuery['pool'] | undefined }): ReactElement {
  const isNegative = me.balance.startsWith('-');
  return (
    <dl className="figures">
      <div className="figure">
        <dt>Balance</dt>
        <dd className={isNegative ? 'amount negative' : 'amount'}>
          {money(me.balance)} {pool?.currency ?? ''}
        </dd>
        <dd className="muted">what you hold now</dd>
      </div>
      <div className="figure">
        <dt>Share</dt>
        <dd className="amount">{share(me.percentage)}</dd>
        <dd className="muted">of each profit</dd>
      </div>
      <div className="figure">
        <dt>The pool</dt>
        <dd className="amount">{pool === undefined ? '…' : `${money(pool.capital)} ${pool.currency}`}</dd>
        <dd className="muted">of all members together</dd>
      </div>
      <div className="figure">
        <dt>Member since</dt>
        <dd className="amount">
          <time dateTime={me.createdAt}>{day(me.createdAt)}</time>
        </dd>
        <dd className="muted">
          <bdi>{me.name}</bdi>
        </dd>
      </div>
    </dl>
  );
}
