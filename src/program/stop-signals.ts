/** npm hands on what the terminal sends to both of them: one Ctrl-C comes twice, a moment apart. */
const ONE_PRESS_MS = 1_000;

/**
 * Resolves when the process is asked to stop, and when somebody presses Ctrl-C after that. A terminal that is closed
 * meanwhile is no second press.
 */
export function stopSignals(): { first: Promise<void>; second: Promise<void> } {
  const first = new Promise<void>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        resolve();
      });
    }
  });
  const second = first.then(() => pressedAfter(ONE_PRESS_MS));
  return { first, second };
}

function pressedAfter(ms: number): Promise<void> {
  const from = performance.now() + ms;
  return new Promise((resolve) => {
    process.on('SIGINT', () => {
      if (performance.now() >= from) resolve();
    });
  });
}
