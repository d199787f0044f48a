import { type ReactElement, useState } from 'react';
import { useChanges, useStatus } from '../api/queries';
import { count } from '../ui/format';
import { Content, Empty } from '../ui/states';
import { ChangeTable } from './change-table';
import { ChangeFilters } from './change-filters';
import { Exports } from './exports';
import { EVERYTHING, filterOf } from './filter';

/** The journal: who changed what, newest first, and whether it is in a backup. */
export default function Changes(): ReactElement {
  const status = useStatus();
  const [chosen, setChosen] = useState(EVERYTHING);
  const filter = filterOf(chosen);
  const changes = useChanges(status.data, filter);
  return (
    <div className="page">
      <div className="heading">
        <h1>Changes</h1>
        <Exports filter={filter} />
      </div>
      <p className="muted lead">
        Who changed what, the newest first. Each change carries the hash of the one before, so that a row that somebody
        altered by hand is found.
      </p>
      <ChangeFilters chosen={chosen} onChoose={setChosen} />
      <Content query={changes} what="the changes" lines={8}>
        {({ pages }) => {
          const rows = pages.flatMap(({ nodes }) => nodes);
          const total = pages.at(-1)?.totalCount ?? 0;
          if (rows.length === 0) return <Empty>{emptyBecause(chosen === EVERYTHING)}</Empty>;
          return (
            <>
              <ChangeTable changes={rows} status={status.data} />
              <p className="more">
                <span className="muted small">
                  {count(rows.length)} of {count(total)} changes.
                </span>
                {changes.hasNextPage && (
                  <button
                    type="button"
                    className="button"
                    aria-disabled={changes.isFetchingNextPage}
                    onClick={() => {
                      if (!changes.isFetchingNextPage) void changes.fetchNextPage();
                    }}
                  >
                    {changes.isFetchingNextPage ? 'Loading older ones …' : 'Show older ones'}
                  </button>
                )}
              </p>
            </>
          );
        }}
      </Content>
    </div>
  );
}

const emptyBecause = (isEverything: boolean): string =>
  isEverything
    ? 'No change yet. Each account, payment, purchase and sale will show here.'
    : 'No change is of this kind and time. Choose another one above.';
