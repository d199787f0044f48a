import type { Attempt } from './clients';
import type { Journal } from './journal';
import { FAULTS, STEPS, VICTIMS, type Round } from './plan';

/** The counts of a run, and the table that tells them. */
export class Tally {
  rounds = 0;
  /** Backups that were restored and checked by db:verify, beside those that each run verified itself. */
  restored = 0;
  operations = 0;
  /** Operations that nobody answered the first time. */
  unanswered = 0;
  /** Damaged files that a proof found; the others were proven already, or went first. */
  foundDamage = 0;
  lost = 0;
  doubled = 0;
  /** From an operation's commit to its first sight in a backup, in milliseconds, ascending. */
  coverageMs: number[] = [];
  private readonly kills = new Map<string, number>();
  private readonly faults = new Map<string, number>();

  constructor(readonly seed: number) {}

  add(
    { victim, step, fault }: Round,
    journal: Journal,
    attempts: readonly Attempt[],
    covered: Map<number, number>,
  ): void {
    this.rounds += 1;
    const kill = `${victim} ${step ?? 'random'}`;
    this.kills.set(kill, (this.kills.get(kill) ?? 0) + 1);
    if (fault !== null) this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
    this.operations = journal.times.size;
    this.lost += journal.lost.length;
    this.doubled += journal.doubled.length;
    this.unanswered = attempts.filter(({ wasUnanswered }) => wasUnanswered).length;
    this.coverageMs = [...journal.times]
      .map(([number, at]) => (covered.get(number) ?? Infinity) - at)
      .sort((a, b) => a - b);
  }

  toString(): string {
    const { coverageMs } = this;
    const seconds = (share: number): string =>
      ((coverageMs[Math.min(coverageMs.length - 1, Math.floor(coverageMs.length * share))] ?? 0) / 1000).toFixed(2);
    const moments = [...STEPS, 'random'];
    const row = (name: string, cells: unknown[]): string =>
      `${name.padEnd(12)}${cells.map((cell) => String(cell).padStart(13)).join('')}`;
    return [
      row('killed at', VICTIMS.map(String)),
      ...moments.map((moment) =>
        row(
          moment,
          VICTIMS.map((victim) => this.kills.get(`${victim} ${moment}`) ?? 0),
        ),
      ),
      row(
        'together',
        VICTIMS.map((victim) => moments.reduce((sum, moment) => sum + (this.kills.get(`${victim} ${moment}`) ?? 0), 0)),
      ),
      '',
      `seed ${this.seed}, ${this.rounds} rounds, ${this.operations} operations committed`,
      `lost ${this.lost}, doubled ${this.doubled}, unanswered at first and settled by asking again ${this.unanswered}`,
      `from commit to covered: median ${seconds(0.5)} s, 99 of 100 within ${seconds(0.99)} s, slowest ${seconds(1)} s`,
      `rounds with a fault besides: ${FAULTS.map((fault) => `${fault} ${this.faults.get(fault) ?? 0}`).join(', ')}`,
      `damaged files that a proof found before they went: ${this.foundDamage}`,
      `backups restored and checked by db:verify: ${this.restored}`,
    ].join('\n');
  }
}
