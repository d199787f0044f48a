/** A claim on a part of a whole: who, and how much it weighs. */
export interface Weighted {
  id: number;
  weight: bigint;
}

/**
 * Splits a whole number by weights with largest remainders: floor(total x weight / sum) to each, then one more to
 * those with the largest remainders, ties to the lowest id, so that the parts add up to the total exactly.
 * A negative weight counts as 0; where no weight is positive, every part is 0.
 *
 * The services compute the same rule set-based in SQL (services/ledger.ts); tests hold one against the other.
 */
export function splitByWeight(total: bigint, claims: readonly Weighted[]): Map<number, bigint> {
  const positive = claims.map(({ id, weight }) => ({ id, weight: weight > 0n ? weight : 0n }));
  const sum = positive.reduce((acc, { weight }) => acc + weight, 0n);
  if (sum === 0n) return new Map(positive.map(({ id }) => [id, 0n]));

  const parts = positive.map(({ id, weight }) => ({
    id,
    part: (total * weight) / sum,
    remainder: (total * weight) % sum,
  }));
  const left = total - parts.reduce((acc, { part }) => acc + part, 0n);
  const inOrderOfRemainder = parts.toSorted((a, b) =>
    a.remainder === b.remainder ? a.id - b.id : a.remainder > b.remainder ? -1 : 1,
  );
  return new Map(inOrderOfRemainder.map(({ id, part }, rank) => [id, part + (rank < left ? 1n : 0n)]));
}
