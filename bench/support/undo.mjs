// What a run has started must not outlive it, also where it fails or a signal ends it halfway.
const open = new Set();
let isListening = false;

/** @returns `undo`, which is done once: whoever calls it again waits for the first. What remains is `undoAll`'s */
export function undone(undo) {
  let ending;
  const once = () => (ending ??= undo().finally(() => open.delete(once)));
  open.add(once);
  if (!isListening) {
    isListening = true;
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => undoAll().then(() => process.exit(1)));
  }
  return once;
}

/** The last first: servers before the databases that they use. */
export async function undoAll() {
  while (open.size > 0)
    await [...open]
      .at(-1)()
      .catch(() => undefined);
}
