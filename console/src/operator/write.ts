import type { Problem } from '../api/problem';

/** A write that a part of a page sends, as far as the part has to know it. */
export interface Write<Variables> {
  mutate: (variables: Variables) => void;
  isPending: boolean;
  error: Problem | null;
  /** What was sent and is not answered so far; null where nothing is. It is what a form shows. */
  sent: Variables | null;
  /** Gives up to know how it ended; undefined where there is nothing to give up. */
  leave: (() => void) | undefined;
}

/**
 * True while nobody knows how it ended: the button that sent it stays, also where what is shown says by now that it was
 * done, and what was typed cannot be changed, since it has to be sent again as it was.
 */
export const isOpen = ({ error }: { error: Problem | null }): boolean => error?.kind === 'unknown';

/** Sends a write, unless it is being sent; the one before again where it is not known how that ended. */
export function send<Variables>(write: Write<Variables>, variables: Variables): void {
  if (!write.isPending) write.mutate(variables);
}

/** What was done last of what a page can do; null where nothing was. */
export function lastDone<Way extends { write: { isSuccess: boolean; submittedAt: number } }>(
  ways: readonly Way[],
): Way | null {
  const done = ways.filter(({ write }) => write.isSuccess);
  return done.toSorted((one, other) => one.write.submittedAt - other.write.submittedAt).at(-1) ?? null;
}
