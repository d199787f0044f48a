/** Whole millionths: 1_000_000 is 100 %. Shares of the pool and the commission rate are held so, never as floats. */
export type Ppm = number;

export const WHOLE: Ppm = 1_000_000;

const PERCENT = /^(\d{1,3})(?:\.(\d{1,4}))?$/;

/**
 * Reads percent with at most four fraction digits: "50", "33.3334".
 * @returns millionths, or null for anything else or above 100
 */
export function parsePercentage(text: string): Ppm | null {
  const match = PERCENT.exec(text);
  if (match === null) return null;
  const [, percent = '', fraction = ''] = match;
  const ppm = Number(percent) * 10_000 + Number(fraction.padEnd(4, '0'));
  return ppm <= WHOLE ? ppm : null;
}

/** Writes millionths as percent, exact to four decimals: "33.3334". */
export function formatPercentage(ppm: Ppm): string {
  return `${Math.trunc(ppm / 10_000)}.${(ppm % 10_000).toString().padStart(4, '0')}`;
}
