import type { ReactElement } from 'react';
import type { Problem, ProblemKind } from '../api/problem';
import { clockTime } from '../ui/format';
import { Icon } from '../ui/icons';

const ADVICE: Readonly<Record<ProblemKind, string>> = {
  offline: 'Your connection is down, or the server has stopped.',
  database: 'The server runs, but its database is away or blocked: no operation can commit meanwhile.',
  refused: '',
  unknown: '',
  failed: 'The server’s log tells more.',
};

/** Stands above every page while the server does not answer well. */
export function ConnectionBanner({
  problem,
  answeredAt,
}: {
  problem: Problem | null;
  /** In ms; 0 for never. */
  answeredAt: number;
}): ReactElement {
  return (
    <div role="alert" className="banner-place">
      {problem !== null && (
        <div className="banner">
          <Icon name="offline" />
          <p>
            <strong>{problem.message}</strong> {ADVICE[problem.kind]}{' '}
            {answeredAt > 0 && <>What you see is from {clockTime(new Date(answeredAt).toISOString())}. </>}
            Trying again every few seconds.
          </p>
        </div>
      )}
    </div>
  );
}
