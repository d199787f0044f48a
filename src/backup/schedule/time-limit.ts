const LEAST_MS = 15 * 60_000;
const TIMES_THE_LAST = 4;

/** How long a process may run before that counts as a problem: a process that hangs reports nothing itself. */
export interface TimeLimit {
  /** Before this, `allowedMs` is not asked. */
  leastMs: number;
  allowedMs: () => Promise<number>;
}

/**
 * 15 minutes, or four times as long as the last ones took, whichever is longer.
 * @param lastTook how long each of them took, in ms
 */
export function timeLimit(lastTook: () => Promise<number[]>): TimeLimit {
  return {
    leastMs: LEAST_MS,
    allowedMs: async () => Math.max(LEAST_MS, TIMES_THE_LAST * Math.max(0, ...(await lastTook()))),
  };
}

/**
 * Tells once how long a process has run when that is longer than it may, in ms.
 * @returns ends the watch
 */
export function watchTime({ leastMs, allowedMs }: TimeLimit, onOverdue: (takenMs: number) => void): () => void {
  const begun = performance.now();
  let isOver = false;
  const look = async (): Promise<void> => {
    const allowed = await allowedMs().catch(() => 0);
    if (isOver) return;
    const takenMs = performance.now() - begun;
    if (takenMs < allowed) timer = setTimeout(() => void look(), allowed - takenMs).unref();
    else onOverdue(takenMs);
  };
  let timer = setTimeout(() => void look(), leastMs).unref();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
