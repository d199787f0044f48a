import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactElement, ReactNode } from 'react';

/** What stands where content will be. */
export function Loading({ what, lines = 3 }: { what: string; lines?: number }): ReactElement {
  return (
    <div className="loading" role="status">
      <span className="visually-hidden">Loading {what} …</span>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className="loading-line" aria-hidden="true" />
      ))}
    </div>
  );
}

/** Says that there is nothing, and when there will be something. */
export function Empty({ children }: { children: ReactNode }): ReactElement {
  return <p className="empty">{children}</p>;
}

/**
 * The content of a query in each of its states. What was there before stays while the server does not answer: the
 * banner above the page tells of that. A preview does not stay: what it said may not be true any more.
 */
export function Content<Data>({
  query,
  what,
  lines,
  isPreview = false,
  children,
}: {
  query: UseQueryResult<Data>;
  /** Such as "the backups". */
  what: string;
  lines?: number;
  isPreview?: boolean;
  children: (data: Data) => ReactNode;
}): ReactNode {
  if (query.data !== undefined && !(isPreview && query.error !== null)) return children(query.data);
  if (query.error === null) return <Loading what={what} {...(lines === undefined ? {} : { lines })} />;
  return (
    <div className="failure" role="alert">
      <p>
        {capital(what)} cannot be shown: {query.error.message}
      </p>
      <button type="button" className="button" onClick={() => void query.refetch()}>
        Try again
      </button>
    </div>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
