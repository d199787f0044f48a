/** Between a failure and the next try: doubling from the first to the longest, give or take a quarter. */
export interface Pauses {
  firstMs: number;
  longestMs: number;
  /** From 0 to 1. */
  random?: () => number;
}

/**
 * How long to wait after that many failures in a row, in ms. The random part keeps several servers that failed together
 * from trying again together.
 * @param failures 1 or more
 */
export function growingPause(failures: number, { firstMs, longestMs, random = Math.random }: Pauses): number {
  return Math.min(longestMs, firstMs * 2 ** (failures - 1)) * (0.75 + random() / 2);
}
