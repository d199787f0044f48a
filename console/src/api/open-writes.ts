import { useSyncExternalStore } from 'react';
import { keptName } from '../session/session';

/** A write that was sent and not answered so far. */
interface OpenWrite {
  /** What sent it, such as "sellVehicle 12": it has one at a time. */
  form: string;
  variables: object;
  /** Its idempotency key. */
  key: string;
  /** A try of it may have been done. */
  isDoubtful: boolean;
}

/** A try to send a write. */
interface Try extends OpenWrite {
  /** Where it is kept: somebody else may be signed in when it ends. */
  place: string;
}

/** By their keys. After a reload nothing is being sent: how it ended is not known of anything that is still kept. */
const sending = new Set<string>();
const listeners = new Set<() => void>();
let version = 0;

/**
 * Keeps a write before it is sent, in the storage of the tab: a page that is loaded again in the middle of it has to know of
 * it, or it would be typed and done once more. A write of the form that may have been done goes before: it is sent again
 * as it was, with its key, however long that is ago.
 * @throws DOMException where the storage is full: then nothing is sent
 */
export function begin(form: string, variables: object): Try {
  const place = placeNow();
  const known = read(place).find((write) => write.form === form);
  const write = known ?? { form, variables, key: newKey(), isDoubtful: false };
  if (known === undefined) save(place, [...read(place), write]);
  sending.add(write.key);
  tell();
  // What is kept since before a reload may have been done, whatever it was then.
  return { ...write, isDoubtful: known !== undefined, place };
}

/** Keeps a write where it may have been done; else it is settled, and the same one from now on is a new one. */
export function end({ place, key }: Try, isDoubtful: boolean): void {
  sending.delete(key);
  const writes = read(place);
  const others = writes.filter((write) => write.key !== key);
  // It may be gone by now, with a sign-out: then nothing of it comes back.
  save(place, isDoubtful ? writes.map((write) => (write.key === key ? { ...write, isDoubtful } : write)) : others);
  tell();
}

/** Gives up to know how a form's write ended, unless it is being sent. */
export function forget(form: string): void {
  const place = placeNow();
  const writes = read(place);
  save(
    place,
    writes.filter((write) => write.form !== form || sending.has(write.key)),
  );
  tell();
}

/** The write of a form that was sent and not answered so far, by this page or before it was loaded; null where none is. */
export function useOpenWrite(form: string) {
  useSyncExternalStore(subscribe, () => version);
  const write = read(placeNow()).find((each) => each.form === form);
  if (write === undefined) return null;
  const isSending = sending.has(write.key);
  return { variables: write.variables, isSending, isDoubtful: write.isDoubtful || !isSending };
}

const placeNow = (): string => keptName('open-writes');

function read(place: string): OpenWrite[] {
  return JSON.parse(sessionStorage.getItem(place) ?? '[]') as OpenWrite[];
}

function save(place: string, writes: OpenWrite[]): void {
  if (writes.length === 0) sessionStorage.removeItem(place);
  else sessionStorage.setItem(place, JSON.stringify(writes));
}

function tell(): void {
  version += 1;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Not crypto.randomUUID: browsers have that over HTTPS and on localhost alone. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
