// What a run has started must not outlive it, also where a signal ends it halfway.
const open = new Set();
let isListening = false;

/** @returns `undo`, to be awaited when all went well; a signal that ends this process awaits it, too */
export function undone(undo) {
  const once = async () => {
    if (open.delete(once)) await undo();
  };
  open.add(once);
  if (!isListening) {
    isListening = true;
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, undoAll);
  }
  return once;
}

async function undoAll() {
  // The last first: servers before the databases that they use.
  for (const undo of [...open].reverse()) await undo().catch(() => undefined);
  process.exit(1);
}
