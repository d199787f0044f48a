/** Between two letters nothing is asked. */
const PAUSE_MS = 300;

/** Waits until somebody has stopped typing. @throws where the answer is not wanted any more */
export async function pause(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  signal.throwIfAborted();
}
