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
/** Begins the names of what stays in that storage beyond the end of a session, for the same account alone. */
const KEPT = 'motorpool.kept.';
/** Begins the names of what the playgrounds keep there: queries and variables, passwords among them. */
export const PLAYGROUND = 'motorpool.playground.';

let state: State = { session: restore(), ending: null };
let timer: number | undefined;
const listeners = new Set<() => void>();

export function signIn(session: Session): void {
  clear((name) => name.startsWith(KEPT) && !name.startsWith(`${KEPT}${session.id}.`));
  sessionStorage.setItem(KEY, JSON.stringify(session));
  change({ session, ending: null });
}

export function signOut(ending: Ending = null): void {
  sessionStorage.removeItem(KEY);
  // Who signs out wants to leave nothing; a session that ended is gone on with, but for what may hold passwords.
  clear((name) => name.startsWith(PLAYGROUND) || (ending === null && name.startsWith(KEPT)));
  change({ session: null, ending });
}

/** The name under which something is kept for who is signed in, until it is removed, or the account signs out. */
export function keptName(name: string): string {
  return `${KEPT}${state.session?.id ?? ''}.${name}`;
}

function clear(isMeant: (name: string) => boolean): void {
  for (const name of Object.keys(sessionStorage)) if (isMeant(name)) sessionStorage.removeItem(name);
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
