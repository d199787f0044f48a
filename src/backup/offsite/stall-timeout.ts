import { BackupError, BackupStopped } from '../core/errors';
import { Watchdog } from '../core/watchdog';

/** Lets work report progress, and tells it when to end. */
export interface StallTimer {
  /** Aborted, with a `BackupError` as the reason, when the work shall end. */
  signal: AbortSignal;
  /** Call it whenever a byte has moved. */
  moved: () => void;
  /** Rejects when the work shall end. */
  ended: Promise<never>;
}

/**
 * Runs work that is ended where somebody asks for it, or where nothing moved for so long: a disk of another machine that
 * has gone away may answer never.
 * @throws BackupError even where the work itself does not come back
 */
export async function withStallTimeout<T>(
  work: (timer: StallTimer) => Promise<T>,
  { stallMs, signal }: { stallMs: number; signal?: AbortSignal | undefined },
): Promise<T> {
  const end = new AbortController();
  const watchdog = new Watchdog(stallMs, () => {
    end.abort(new BackupError(`nothing moved for ${Math.round(stallMs / 1000)} s.`));
  });
  const moved = (): void => {
    watchdog.alive();
  };
  const stop = (): void => {
    end.abort(new BackupStopped());
  };
  const ended = new Promise<never>((_resolve, reject) => {
    end.signal.addEventListener('abort', () => {
      reject(end.signal.reason as BackupError);
    });
  });
  ended.catch(() => undefined);
  signal?.addEventListener('abort', stop);
  try {
    if (signal?.aborted === true) throw new BackupStopped();
    return await Promise.race([work({ signal: end.signal, moved, ended }), ended]);
  } finally {
    watchdog.stop();
    signal?.removeEventListener('abort', stop);
  }
}
