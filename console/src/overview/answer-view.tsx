import type { ReactElement, ReactNode } from 'react';
import type { Status } from '../api/queries';
import { duration, size } from '../ui/format';
import { Icon, type IconName } from '../ui/icons';
import { Ago } from '../ui/time';
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
      </div>
    </section>
  );
}

function Latest({ status: { latest, count, keep, totalBytes } }: { status: Status }): ReactElement | null {
  if (latest === null) return null;
  return (
    <dl className="facts">
      <Fact name="Last backup">
        <Ago at={latest.createdAt} />
      </Fact>
      <Fact name="It took">{duration(latest.durationMs)}</Fact>
      <Fact name="Test restore">
        {latest.verifiedAt === null ? (
          'never tried'
        ) : (
          <>
            passed <Ago at={latest.verifiedAt} />
          </>
        )}
      </Fact>
      <Fact name="Kept">
        {count} of {keep}, {size(totalBytes)}
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }): ReactElement {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
