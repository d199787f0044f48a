/** @param amount such as "-1500.00", as the API writes it @returns whole cents */
export function centsOf(amount: string): bigint {
  return BigInt(amount.replace('.', ''));
}

/** @param cents whole cents @returns as the API writes it, such as "-1500.00" */
export function amountOf(cents: bigint): string {
  const digits = String(cents < 0n ? -cents : cents).padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Whether a price is less than half of a cost, or more than twice of it: then it may be a digit too few or too many. */
export function isFar(price: string, cost: string): boolean {
  return centsOf(price) * 2n < centsOf(cost) || centsOf(price) > centsOf(cost) * 2n;
}
