import { fc } from '../support/random';
import { MAX_CENTS } from '../../src/values/money';
import { splitByWeight, type Weighted } from './split-by-weight';

const parts = (total: bigint, ...weights: bigint[]): bigint[] => [
  ...splitByWeight(
    total,
    weights.map((weight, id) => ({ id, weight })),
  ).values(),
];

const claims = fc.uniqueArray(
  fc.record<Weighted>({
    id: fc.integer({ min: 1, max: 10_000 }),
    weight: fc.oneof(fc.bigInt({ min: -5n, max: 5n }), fc.bigInt({ min: -MAX_CENTS, max: MAX_CENTS })),
  }),
  { selector: ({ id }) => id, maxLength: 40 },
);
const total = fc.oneof(fc.bigInt({ min: 0n, max: 10n }), fc.bigInt({ min: 0n, max: MAX_CENTS }));

const clamped = (weight: bigint): bigint => (weight > 0n ? weight : 0n);
const sum = (numbers: Iterable<bigint>): bigint => [...numbers].reduce((a, b) => a + b, 0n);

describe('splitting by largest remainder', () => {
  test('three equal weights: the millionth that is left goes to the lowest id', () => {
    expect(
      splitByWeight(
        1_000_000n,
        [3, 2, 1].map((id) => ({ id, weight: 100n })),
      ),
    ).toEqual(
      new Map([
        [1, 333_334n],
        [2, 333_333n],
        [3, 333_333n],
      ]),
    );
  });

  test('the largest remainder comes before the lowest id', () => {
    // 10 x 1/6, 1/6, 4/6: 1.67, 1.67, 6.67 leave two to give, then ties go to the lowest ids.
    expect(
      splitByWeight(
        10n,
        [1, 2, 3].map((id) => ({ id, weight: id === 3 ? 4n : 1n })),
      ),
    ).toEqual(
      new Map([
        [1, 2n],
        [2, 2n],
        [3, 6n],
      ]),
    );
    expect([
      ...splitByWeight(1n, [
        { id: 1, weight: 1n },
        { id: 2, weight: 2n },
      ]),
    ]).toContainEqual([2, 1n]);
  });

  test('a negative weight counts as nothing', () => {
    expect(parts(100n, -50n, 50n).toSorted()).toEqual([0n, 100n]);
  });

  test.each([[[]], [[0n, 0n]], [[-1n, 0n]]])('without a positive weight (%p) every part is nothing', (weights) => {
    expect(parts(1_000_000n, ...weights)).toEqual(weights.map(() => 0n));
  });

  test('the parts add up to the total wherever a weight is positive', () => {
    fc.assert(
      fc.property(total, claims, (whole, all) => {
        const isPositive = all.some(({ weight }) => weight > 0n);
        expect(sum(splitByWeight(whole, all).values())).toBe(isPositive ? whole : 0n);
      }),
    );
  });

  test('each part is the exact quotient, rounded down or up by less than one', () => {
    fc.assert(
      fc.property(total, claims, (whole, all) => {
        const weights = sum(all.map(({ weight }) => clamped(weight)));
        fc.pre(weights > 0n);
        const split = splitByWeight(whole, all);
        for (const { id, weight } of all) {
          const floor = (whole * clamped(weight)) / weights;
          expect([floor, floor + 1n]).toContain(split.get(id));
          if (weight <= 0n) expect(split.get(id)).toBe(0n);
        }
      }),
    );
  });

  test('whoever gets one more has a larger remainder, or the same and a lower id', () => {
    fc.assert(
      fc.property(total, claims, (whole, all) => {
        const weights = sum(all.map(({ weight }) => clamped(weight)));
        fc.pre(weights > 0n);
        const split = splitByWeight(whole, all);
        const rounded = all.map(({ id, weight }) => {
          const scaled = whole * clamped(weight);
          return { id, remainder: scaled % weights, isUp: split.get(id) !== scaled / weights };
        });
        for (const up of rounded.filter(({ isUp }) => isUp)) {
          for (const down of rounded.filter(({ isUp }) => !isUp)) {
            const wins = up.remainder > down.remainder || (up.remainder === down.remainder && up.id < down.id);
            expect(wins).toBe(true);
          }
        }
      }),
    );
  });

  test('the order of the claims does not matter', () => {
    fc.assert(
      fc.property(total, claims, (whole, all) => {
        const split = splitByWeight(whole, all);
        const reversed = splitByWeight(whole, all.toReversed());
        for (const { id } of all) expect(reversed.get(id)).toBe(split.get(id));
      }),
    );
  });
});
