import { useSyncExternalStore } from 'react';
import type { Role } from '../api/pool-operations';

/** Somebody who is signed in. */
export interface Session {
  token: string;
  /** By this machine's clock, in ms. */
  expiresAt: number;
  id: string;
  name: string;
  email: string;
  role: Role;
}

/** Why nobody is signed in any more; null before the first sign-in and after a sign-out. */
export type Ending = 'expired' | 'refused' | null;

interface State {
  session: Session | null;
  ending: Ending;
}

/** In this tab's own storage: no other origin can read it, and it goes with the tab. */
const KEY = 'motorpool.session';

let state: State = { session: restore(), ending: null };
let timer: number | undefined;
const listeners = new Set<() => void>();

export function signIn(session: Session): void {
  sessionStorage.setItem(KEY, JSON.stringify(session));
  change({ session, ending: null });
}

export function signOut(ending: Ending = null): void {
  sessionStorage.removeItem(KEY);
  change({ session: null, ending });
}

export function currentSession(): Session | null {
  return state.session;
}

export function useSession(): State {
  return useSyncExternalStore(subscribe, () => state);
}

function change(next: State): void {
  state = next;
  watchExpiry();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function restore(): Session | null {
  try {
    const session = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Session | null;
    // A tab may have one of an older page, which knew no role.
    const isWhole = session !== null && 'role' in session && session.expiresAt > Date.now();
    return isWhole ? session : null;
  } catch {
    return null;
  }
}

function watchExpiry(): void {
  window.clearTimeout(timer);
  if (state.session === null) return;
  const left = state.session.expiresAt - Date.now();
  if (left <= 0) signOut('expired');
  else timer = window.setTimeout(watchExpiry, left);
}

watchExpiry();
// A timer sleeps with its machine.
document.addEventListener('visibilitychange', watchExpiry);
