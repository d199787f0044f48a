import { useState } from 'react';
import { currentSession } from '../session/session';

/** What was typed and not sent, by account and form. In memory alone: it goes with the tab. */
const drafts = new Map<string, unknown>();

/**
 * State that outlives its component: another page, and a session that ended, give back what was typed. Sign-in as another
 * account finds nothing of it.
 * @param name of the form and its field, such as "ask.amount"
 */
export function useDraft<T>(name: string, initial: T): [value: T, set: (value: T) => void] {
  const key = `${currentSession()?.id ?? ''}.${name}`;
  const [value, setValue] = useState<T>(() => (drafts.get(key) as T | undefined) ?? initial);
  const set = (next: T): void => {
    drafts.set(key, next);
    setValue(next);
  };
  return [value, set];
}

/** With a sign-out. */
export function forgetDrafts(): void {
  drafts.clear();
}
