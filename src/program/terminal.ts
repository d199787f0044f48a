import { createInterface } from 'node:readline/promises';

/** Shorter work shows no progress. */
const QUIET_MS = 2_000;
const REFRESH_MS = 250;

/** Shows the progress of long work on a terminal, in one line that is overwritten. Silent without a terminal. */
export class TerminalProgress {
  private doing = '';
  private part: number | null = null;
  private begun = 0;
  private shown = false;
  private timer: NodeJS.Timeout | undefined;

  /** @param part the part that is done, from 0 to 1; null if unknown */
  readonly report = (doing: string, part: number | null): void => {
    if (!process.stderr.isTTY) return;
    if (doing !== this.doing) {
      this.doing = doing;
      this.begun = performance.now();
    }
    this.part = part;
    this.timer ??= setInterval(() => {
      this.show();
    }, REFRESH_MS).unref();
  };

  /** Clears the line. */
  end(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.doing = '';
    if (this.shown) process.stderr.write('\r\x1b[K');
    this.shown = false;
  }

  private show(): void {
    const elapsed = performance.now() - this.begun;
    if (elapsed < QUIET_MS) return;
    this.shown = true;
    const part = this.part === null ? '' : ` ${Math.floor(this.part * 100)} %,`;
    process.stderr.write(`\r\x1b[K${this.doing} ...${part} ${Math.round(elapsed / 1000)} s`);
  }
}

/** True if a person at a terminal can answer a question. */
export function isInteractive(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Asks on the terminal. @returns false for any answer but "yes" or "y" */
export async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^\s*y(es)?\s*$/i.test(await terminal.question(`${question} Type yes to go on: `, { signal }));
  } catch {
    // Ctrl-C, or the terminal is gone.
    process.stderr.write('\n');
    return false;
  } finally {
    terminal.close();
  }
}

/** Aborted by SIGINT, SIGTERM or SIGHUP. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stop.abort();
    });
  }
  return stop.signal;
}
