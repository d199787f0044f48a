import type { ReactElement, ReactNode } from 'react';
import type { Status } from '../api/queries';
import { count, duration, size } from '../ui/format';
import { Icon, type IconName } from '../ui/icons';
import { Ago } from '../ui/time';
import { Findings } from './findings';
import { type Answer, answerOf } from './answer';

const ICONS: Readonly<Record<Answer['tone'], IconName>> = { good: 'check', busy: 'clock', bad: 'alert' };

export function AnswerView({ status }: { status: Status }): ReactElement {
  const { tone, headline, reason } = answerOf(status);
  return (
    <section className={`answer ${tone}`} aria-labelledby="answer">
      <span className="emblem">
        <Icon name={ICONS[tone]} />
      </span>
      <div>
        {/* Spoken when it changes, without a reload. */}
        <div role="status">
          <h1 id="answer">{headline}.</h1>
          <p className="reason">{reason}</p>
        </div>
        <Latest status={status} />
        <Findings status={status} />
      </div>
    </section>
  );
}

function Latest({ status }: { status: Status }): ReactElement | null {
  const { latest, count: kept, totalBytes, coveredThrough, provenThrough, ...others } = status;
  if (latest === null) return null;
  return (
    <dl className="facts">
      <Fact name="Last backup">
        <Ago at={latest.createdAt} />
      </Fact>
      <Fact name="It took">{duration(latest.durationMs)}</Fact>
      <Fact name="Stored through">{through(coveredThrough, others.changesStoredThrough)}</Fact>
      <Fact name="Proven through">{through(provenThrough, others.changesProvenThrough)}</Fact>
      <Fact name="Can be restored">
        <Reach status={others} />
      </Fact>
      <Fact name="Kept">
        {kept} {kept === 1 ? 'backup' : 'backups'}, {size(totalBytes)}
      </Fact>
    </dl>
  );
}

function Reach({ status }: { status: Pick<Status, 'reachableFrom' | 'reachableSince' | 'reachNote'> }): ReactElement {
  const { reachableFrom, reachableSince, reachNote } = status;
  if (reachableFrom === null || reachableSince === null) return <>nothing yet</>;
  if (reachableFrom === 0) return <>any operation</>;
  return (
    <span {...(reachNote === null ? {} : { title: reachNote })}>
      any operation from {count(reachableFrom)} on, since <Ago at={reachableSince} />
    </span>
  );
}

function through(operation: number, change: number): string {
  if (change === 0) return operation === 0 ? 'none yet' : `operation ${count(operation)}`;
  return operation === 0 ? `change ${count(change)}` : `operation ${count(operation)}, change ${count(change)}`;
}

function Fact({ name, children }: { name: string; children: ReactNode }): ReactElement {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
