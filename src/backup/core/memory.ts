/** Keeps for a while what costs much to ask. */
export class Memory<T> {
  private readonly answers = new Map<string, { answer: Promise<T>; until: number }>();

  /** @param forMs for how long, in ms */
  constructor(private readonly forMs: number) {}

  /** What was answered under that key lately; else asks now. A failure is not kept. @throws what `ask` throws */
  get(key: string, ask: () => Promise<T>): Promise<T> {
    const now = performance.now();
    for (const [each, { until }] of this.answers) if (until <= now) this.answers.delete(each);
    const known = this.answers.get(key);
    if (known !== undefined) return known.answer;
    const answer = ask();
    this.answers.set(key, { answer, until: now + this.forMs });
    answer.catch(() => this.answers.delete(key));
    return answer;
  }
}
