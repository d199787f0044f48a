interface OpenWrite {
  key: string;
  /** In ms, by this machine's clock. */
  since: number;
  /** A try of it may have been done. */
  isDoubtful: boolean;
}

/** After that long somebody who does the same again means it. */
const REMEMBERED_MS = 30 * 60_000;

/** The idempotency keys of writes that were not answered yet. */
const open = new Map<string, OpenWrite>();

/**
 * The key of a write: the same one until it succeeds, so that it happens once, however often somebody presses the
 * button while the server does not answer. A refused write has booked nothing under its key.
 * @param write what is sent: account, document and variables, as one text
 */
export function keyOf(write: string): string {
  const known = open.get(write);
  if (known !== undefined && Date.now() - known.since < REMEMBERED_MS) return known.key;
  const key = newKey();
  open.set(write, { key, since: Date.now(), isDoubtful: false });
  return key;
}

/** It was done: the same write from now on is a new one. */
export function settle(write: string): void {
  open.delete(write);
}

/** Whether a try of it before may have been done: that the server has no time now says nothing about that one. */
export function isDoubtful(write: string): boolean {
  return open.get(write)?.isDoubtful ?? false;
}

/** Keeps whether its last try may have been done. */
export function doubt(write: string, isDoubtful: boolean): void {
  const known = open.get(write);
  if (known !== undefined) known.isDoubtful = isDoubtful;
}

/** Not crypto.randomUUID: browsers have that over HTTPS and on localhost alone. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
