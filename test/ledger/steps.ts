import fc from 'fast-check';

/** One step of a history. Numbers pick among what there is by then; a step without anything to act on does nothing. */
export type Step =
  | { do: 'deposit' | 'request'; member: number; amount: bigint }
  | { do: 'withdraw' | 'request withdrawal'; member: number; amount: bigint | 'all' }
  | { do: 'confirm' | 'reject'; movement: number }
  | { do: 'buy'; cost: bigint }
  | { do: 'sell'; vehicle: number; profit: bigint }
  | { do: 'unsell'; vehicle: number };

export const MAX_CENTS = 999_999_999_999_999n;

const pick = fc.nat({ max: 20 });
/** Few, so that selling and unselling meet. */
const vehicle = fc.nat({ max: 5 });

/** Amounts of one history are of one size, or what is large would drown what is small. */
const stepsUpTo = (most: bigint): fc.Arbitrary<Step> => {
  const amount = fc.oneof(fc.bigInt({ min: 1n, max: most }), fc.constantFrom(1n, most));
  const profit = fc.oneof(
    fc.constantFrom(0n, 1n, 2n, 3n, -1n),
    fc.bigInt({ min: 1n, max: most }),
    fc.bigInt({ min: -most, max: most }),
  );
  const withdrawal = fc.oneof(fc.constant('all' as const), amount);
  const step = (weight: number, model: object): { weight: number; arbitrary: fc.Arbitrary<Step> } => ({
    weight,
    arbitrary: fc.record(model) as unknown as fc.Arbitrary<Step>,
  });
  return fc.oneof(
    step(4, { do: fc.constantFrom('deposit', 'deposit', 'request'), member: pick, amount }),
    step(3, { do: fc.constantFrom('withdraw', 'withdraw', 'request withdrawal'), member: pick, amount: withdrawal }),
    step(2, { do: fc.constantFrom('confirm', 'confirm', 'reject'), movement: pick }),
    step(1, { do: fc.constant('buy'), cost: amount }),
    step(7, { do: fc.constant('sell'), vehicle, profit }),
    step(7, { do: fc.constant('unsell'), vehicle }),
  );
};

/** A history of cents, of ordinary amounts, or of amounts at the limit. */
export const steps = (length: { minLength?: number; maxLength: number }): fc.Arbitrary<Step[]> =>
  fc.constantFrom(9n, 100_000n, MAX_CENTS).chain((most) => fc.array(stepsUpTo(most), { ...length, size: 'max' }));
