import type { ReactElement } from 'react';
import { ago, dateTime } from './format';
import { useNow } from './now';

/** How long ago, with the exact time on hover and focus. */
export function Ago({ at, isShort = false }: { at: string; isShort?: boolean }): ReactElement {
  const now = useNow(5_000);
  return (
    <time dateTime={at} title={dateTime(at)}>
      {ago(at, now, isShort)}
    </time>
  );
}
