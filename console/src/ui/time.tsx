import type { ReactElement } from 'react';
import { ago, dateTimeAndZone, day } from './format';
import { useNow } from './now';

/** How long ago, and the date from a month on; the exact time on hover. */
export function Ago({ at, isShort = false }: { at: string; isShort?: boolean }): ReactElement {
  const now = useNow(5_000);
  return (
    <time dateTime={at} title={dateTimeAndZone(at)}>
      {ago(at, now, isShort)}
    </time>
  );
}

/** The exact time with its zone, and how long ago that was: for facts, which touch and keyboards have to reach as well. */
export function When({ at }: { at: string }): ReactElement {
  const now = useNow(5_000);
  const isDate = ago(at, now) === day(at);
  return (
    <>
      <time dateTime={at}>{dateTimeAndZone(at)}</time>
      {!isDate && <span className="muted"> ({ago(at, now)})</span>}
    </>
  );
}
