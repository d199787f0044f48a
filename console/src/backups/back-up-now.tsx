import type { ReactElement } from 'react';
import { type useBackUpNow, useLog } from '../api/queries';
import { duration } from '../ui/format';
import { Icon } from '../ui/icons';
import { useNow } from '../ui/now';

/** The button, and how far the backup has come that it asked for. */
export function BackUpNow({ backup }: { backup: ReturnType<typeof useBackUpNow> }): ReactElement {
  const { isPending, data: filename, error, submittedAt } = backup;
  return (
    <div className="back-up-now">
      <button
        type="button"
        className="button primary"
        aria-disabled={isPending}
        onClick={() => {
          if (!isPending) backup.mutate();
        }}
      >
        {isPending ? <span className="spinner" aria-hidden="true" /> : <Icon name="backups" />}
        {isPending ? 'Backing up …' : 'Back up now'}
      </button>
      <div role="status" className="progress">
        {isPending && <Progress since={submittedAt} />}
        {filename !== undefined && (
          <p className="good">
            <Icon name="check" />
            Done: {filename}
          </p>
        )}
      </div>
      <div role="alert">{error !== null && <p className="notice danger">The backup failed. {error.message}</p>}</div>
    </div>
  );
}

/** The newest line of the log is the step that was done last. */
function Progress({ since }: { since: number }): ReactElement {
  const now = useNow(200);
  const log = useLog(1);
  const newest = log.data?.at(-1);
  const isOurs = newest !== undefined && Date.parse(newest.at) >= since - 1000;
  return (
    <p className="muted">
      <span aria-hidden="true">{duration(Math.floor((now - since) / 1000) * 1000 || 0)} · </span>
      {isOurs ? newest.message : 'Asked for; it begins in a moment.'}
    </p>
  );
}
