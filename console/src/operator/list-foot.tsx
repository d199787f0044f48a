import type { ReactElement } from 'react';
import { clockTime, count } from '../ui/format';
import type { useList } from './list';

/** How much of a list is shown, and what to do where the rest did not come. */
export function ListFoot({ list, what }: { list: ReturnType<typeof useList>; what: string }): ReactElement {
  const { query, rows, total, isLong, again } = list;
  // Under a new filter the rows of the one before stay until the server answers.
  if (query.isPlaceholderData) {
    return (
      <p className="more" role="status">
        <span className="muted small">Loading {what} …</span>
      </p>
    );
  }
  return (
    <p className="more" role="status">
      <span className="muted small">
        {count(rows.length)} of {count(total ?? rows.length)} {what}
        {query.isFetchingNextPage && ': loading more …'}
        {isLong && `, as of ${clockTime(new Date(query.dataUpdatedAt).toISOString())}`}.
      </span>
      {query.isFetchNextPageError && (
        <button type="button" className="button" onClick={() => void query.fetchNextPage()}>
          The rest did not come: try again
        </button>
      )}
      {isLong && !query.isFetchingNextPage && (
        <button type="button" className="button quiet" onClick={again}>
          Begin again with the newest state
        </button>
      )}
    </p>
  );
}
