const LABEL_WIDTH = 18;
const AMOUNT_WIDTH = 10;

/** Prints figures in fixed columns and compares each with its expected value. */
export class Report {
  /** The number of figures that differ from their expected value. */
  wrong = 0;
  private right = 0;

  constructor(private readonly print: (line: string) => void) {}

  text(...lines: string[]): void {
    for (const line of lines) this.print(line);
  }

  /** @param value an amount, optionally followed by a space and more text */
  figure(label: string, value: string, expected: string): void {
    const [amount = ''] = value.split(' ', 1);
    const rest = value.slice(amount.length);
    this.verdict(
      `   ${label.padEnd(LABEL_WIDTH)}${amount.padStart(AMOUNT_WIDTH)}${rest}`,
      value === expected,
      expected,
    );
  }

  /** A statement under the last line, true or not. */
  claim(statement: string, isTrue: boolean, expected: string): void {
    this.verdict(`           ${statement}`, isTrue, expected);
  }

  summary(): void {
    const all = this.right + this.wrong;
    this.text(
      '',
      'The server has ended, and its folder is removed.',
      this.wrong === 0 ? `All ${all} figures are right, to the cent.` : `${this.wrong} of ${all} figures are WRONG.`,
    );
  }

  private verdict(line: string, isRight: boolean, expected: string): void {
    if (isRight) this.right += 1;
    else this.wrong += 1;
    this.print(isRight ? line : `${line}  WRONG: must be ${expected.replace(/ +/g, ' ')}`);
  }
}
