import { fc } from '../support/random';

/** One step of a history. Numbers pick among what there is by then; a step without anything to act on does nothing. */
export type Step =
  | { do: 'deposit' | 'request'; member: number; amount: bigint }
  | { do: 'withdraw' | 'request withdrawal'; member: number; amount: bigint | 'all' }
  | { do: 'confirm' | 'reject'; movement: number }
  | { do: 'buy'; cost: bigint }
  | { do: 'sell'; vehicle: number; profit: bigint }
  | { do: 'unsell' | 'unbuy'; vehicle: number };

export const MAX_CENTS = 999_999_999_999_999n;

const pick = fc.nat({ max: 20 });
/** Few, so that selling and unselling meet. */
const vehicle = fc.nat({ max: 5 });

const step = (model: object): fc.Arbitrary<Step> => fc.record(model) as unknown as fc.Arbitrary<Step>;

/** Amounts of one history are of one size, or what is large would drown what is small. */
const stepsUpTo = (most: bigint, { minLength = 0, maxLength }: Length): fc.Arbitrary<Step[]> => {
  const amount = fc.oneof(fc.bigInt({ min: 1n, max: most }), fc.constantFrom(1n, most));
  const profit = fc.oneof(
    fc.constantFrom(0n, 1n, 2n, 3n, -1n),
    fc.bigInt({ min: 1n, max: most }),
    fc.bigInt({ min: -most, max: most }),
  );
  const withdrawal = fc.oneof(fc.constant('all' as const), amount);
  const deposit = step({ do: fc.constant('deposit'), member: pick, amount });
  // Mostly cheap beside what may be gained, or near the limit nothing could be sold with a profit.
  const cost = fc.oneof(
    { weight: 2, arbitrary: fc.bigInt({ min: 1n, max: most / 9n }) },
    { weight: 1, arbitrary: amount },
  );
  const buy = step({ do: fc.constant('buy'), cost });
  const any = fc.oneof(
    { weight: 3, arbitrary: deposit },
    { weight: 1, arbitrary: step({ do: fc.constant('request'), member: pick, amount }) },
    { weight: 2, arbitrary: step({ do: fc.constant('withdraw'), member: pick, amount: withdrawal }) },
    { weight: 2, arbitrary: step({ do: fc.constant('request withdrawal'), member: pick, amount: withdrawal }) },
    { weight: 4, arbitrary: step({ do: fc.constantFrom('confirm', 'confirm', 'confirm', 'reject'), movement: pick }) },
    { weight: 1, arbitrary: buy },
    { weight: 7, arbitrary: step({ do: fc.constant('sell'), vehicle, profit }) },
    { weight: 7, arbitrary: step({ do: fc.constant('unsell'), vehicle }) },
    { weight: 2, arbitrary: step({ do: fc.constant('unbuy'), vehicle: pick }) },
  );
  const size = 'max' as const;
  return fc
    .tuple(
      fc.array(deposit, { maxLength: 4, size }),
      fc.array(buy, { minLength: Math.min(minLength, 2), maxLength: 2, size }),
      fc.array(any, { minLength, maxLength, size }),
    )
    .map((parts) => parts.flat());
};

interface Length {
  minLength?: number;
  maxLength: number;
}

/**
 * A history of cents, of ordinary amounts, or of amounts at the limit: a few deposits and purchases, then that many
 * steps of any kind.
 */
export const steps = (length: Length): fc.Arbitrary<Step[]> =>
  fc.noBias(fc.constantFrom(9n, 100_000n, MAX_CENTS).chain((most) => stepsUpTo(most, length)));
