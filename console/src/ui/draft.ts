import { useSyncExternalStore } from 'react';
import { currentSession } from '../session/session';

/** What was typed and not sent, by account and form. In memory alone: it goes with the tab. */
const drafts = new Map<string, unknown>();
const listeners = new Set<() => void>();

/**
 * State that outlives its component: another page, and a session that ended, give back what was typed. Sign-in as another
 * account finds nothing of it.
 * @param name of the form and its field, such as "ask.amount"
 */
export function useDraft<T>(name: string, initial: T): [value: T, set: (value: T) => void] {
  const key = `${currentSession()?.id ?? ''}.${name}`;
  // One value for all who show it: a form may be left while it is sent, and come back before it is answered and cleared.
  const kept = useSyncExternalStore(subscribe, () => drafts.get(key)) as T | undefined;
  const set = (next: T): void => {
    drafts.set(key, next);
    for (const listener of listeners) listener();
  };
  return [kept ?? initial, set];
}

/** With a sign-out. */
export function forgetDrafts(): void {
  drafts.clear();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
