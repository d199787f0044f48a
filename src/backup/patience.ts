import { listBackups } from './catalogue';

/** How long a process may take before that is told as a problem. One that hangs says nothing itself. */
export interface Patience {
  /** Before this, nothing is asked. */
  leastMs: number;
  /** Asked then. */
  allowedMs: () => Promise<number>;
}

const LEAST_MS = 15 * 60_000;
const TIMES_THE_LAST = 4;

/** A quarter of an hour, or four times what the newest backup in the folder took. */
export function patienceForBackups(directory: string): Patience {
  return {
    leastMs: LEAST_MS,
    allowedMs: async () => {
      const [newest] = await listBackups(directory);
      return Math.max(LEAST_MS, TIMES_THE_LAST * (newest?.durationMs ?? 0));
    },
  };
}
