/**
 * Exact amounts of money: whole cents in a bigint, from the wire to the disk. A sum over many accounts may pass
 * Number.MAX_SAFE_INTEGER, so no amount is ever a number.
 */
export type Cents = bigint;

/** The largest magnitude of a single amount that comes in: 9999999999999.99. */
export const MAX_CENTS: Cents = 999_999_999_999_999n;

const DECIMAL = /^(-?)(\d{1,13})(?:\.(\d{1,2}))?$/;

/**
 * Reads a decimal text with at most two fraction digits, such as "1500", "-0.01" or "1500.5".
 * @returns whole cents, or null for anything else ("1e3", "1,5", "0.005", "", "NaN") or beyond MAX_CENTS
 */
export function parseCents(text: string): Cents | null {
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const [, sign, units = '', fraction = ''] = match;
  const cents = BigInt(units) * 100n + BigInt(fraction.padEnd(2, '0'));
  return sign === '-' ? -cents : cents;
}

/** Writes whole cents as a decimal text with exactly two fraction digits: "1500.00", "-0.01". */
export function formatCents(cents: Cents): string {
  const digits = (cents < 0n ? -cents : cents).toString().padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
