/** Tells when something was silent for too long: a program, a store or a server that hangs says nothing itself. */
export class Watchdog {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  /**
   * Begins to watch at once.
   * @param silenceMs how long it may be silent, in milliseconds
   * @param onSilence told once for each silence
   */
  constructor(
    private readonly silenceMs: number,
    private readonly onSilence: () => void,
  ) {
    this.alive();
  }

  /** Call it whenever something moved: the time begins again. */
  alive(): void {
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(this.onSilence, this.silenceMs);
  }

  /** For good: what moves afterwards starts no timer that would keep the process from ending. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }
}
