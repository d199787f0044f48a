import { BackupError, BackupStopped } from '../errors';

/** How work shows that it goes on, and learns that it shall end. */
export interface Pulse {
  /** Aborted, with a `BackupError` as the reason, when the work shall end. */
  signal: AbortSignal;
  /** Call it whenever a byte has moved. */
  beat: () => void;
  /** Rejects when the work shall end. */
  ended: Promise<never>;
}

/**
 * Runs work that is ended where somebody asks for it, or where nothing moved for so long: a disk of another machine that
 * has gone away may answer never.
 * @throws BackupError even where the work itself does not come back
 */
export async function withPulse<T>(
  work: (pulse: Pulse) => Promise<T>,
  { stallMs, signal }: { stallMs: number; signal?: AbortSignal | undefined },
): Promise<T> {
  const end = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const beat = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      end.abort(new BackupError(`nothing moved for ${Math.round(stallMs / 1000)} s.`));
    }, stallMs);
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
  beat();
  try {
    if (signal?.aborted === true) throw new BackupStopped();
    return await Promise.race([work({ signal: end.signal, beat, ended }), ended]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}
