import { fc } from '../support/random';
import { split } from '../../src/services/ledger';
import { splitByWeight } from './split-by-weight';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { shareOut } from './model';

const MAX_CENTS = 999_999_999_999_999n;
const MAX_BIGINT = 2n ** 63n - 1n;

/** The largest remainder in SQL, held against the same rule in TypeScript and in the model. */
describe('split', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.query('CREATE TABLE weights (id INT UNSIGNED PRIMARY KEY, weight BIGINT NOT NULL)');
  });
  afterAll(() => database.drop());

  const inSql = async (total: bigint, weights: readonly bigint[]): Promise<bigint[]> => {
    const { query } = database;
    await query('DELETE FROM weights');
    for (let i = 0; i < weights.length; i += 10_000) {
      const rows = weights.slice(i, i + 10_000).map((weight, j) => [i + j + 1, weight.toString()]);
      await query('INSERT INTO weights VALUES ?', [rows]);
    }
    const claims = 'SELECT id, weight FROM weights WHERE weight > 0';
    const rows = await query(split(`CAST(${total} AS DECIMAL(30,0))`, claims));
    const parts = new Map(rows.map(({ id, part }) => [Number(id), BigInt(String(part))]));
    return weights.map((_, i) => parts.get(i + 1) ?? 0n);
  };
  const inTypeScript = (total: bigint, weights: readonly bigint[]): bigint[] => {
    const parts = splitByWeight(
      total,
      weights.map((weight, i) => ({ id: i + 1, weight })),
    );
    return weights.map((_, i) => parts.get(i + 1) ?? 0n);
  };
  const inModel = (total: bigint, weights: readonly bigint[]): bigint[] =>
    shareOut(
      total,
      weights.map((weight) => (weight > 0n ? weight : 0n)),
    );

  const weight = fc.oneof(
    fc.constantFrom(0n, 1n, -1n, 100n, 10n ** 13n, MAX_CENTS, -MAX_CENTS, MAX_BIGINT),
    fc.bigInt({ min: -3n, max: 3n }),
    fc.bigInt({ min: 0n, max: 10n ** 7n }),
    fc.bigInt({ min: -MAX_CENTS, max: MAX_CENTS }),
  );
  // Few distinct weights among many: ties.
  const weights = fc.oneof(
    fc.array(weight, { maxLength: 12 }),
    fc.array(fc.constantFrom(1n, 3n, 10n ** 13n), { maxLength: 40 }),
  );
  const total = fc.oneof(fc.constantFrom(1n, 2n, 1_000_000n, MAX_CENTS), fc.bigInt({ min: 1n, max: 2n * MAX_CENTS }));

  test('SQL, TypeScript and the model agree on every part', async () => {
    await fc.assert(
      fc.asyncProperty(total, weights, async (whole, claims) => {
        const expected = inModel(whole, claims);
        expect(inTypeScript(whole, claims)).toEqual(expected);
        expect(await inSql(whole, claims)).toEqual(expected);
        const sum = expected.reduce((a, b) => a + b, 0n);
        expect(sum).toBe(claims.some((claim) => claim > 0n) ? whole : 0n);
      }),
      { numRuns: 400 },
    );
  });

  test.each([
    ['seven with one cent each', 1_000_000n, Array<bigint>(7).fill(1n)],
    ['three equal ones', 1_000_000n, [10_000n, 10_000n, 10_000n]],
    ['one cent for two', 1n, [5n, 5n]],
    ['one alone', 1_000_000n, [MAX_CENTS]],
    ['the largest balances that a column holds', 1_000_000n, Array<bigint>(50).fill(MAX_BIGINT)],
    ['a giant and a cent', 1_000_000n, [10n ** 13n, 1n]],
    ['nobody', 1_000_000n, []],
    ['nobody with a positive weight', 1_000_000n, [0n, -5n]],
  ])('%s', async (_name, whole, claims) => {
    expect(await inSql(whole, claims)).toEqual(inModel(whole, claims));
  });

  test('100 000 members, exactly and in bounded time', async () => {
    let seed = 1n;
    const claims = Array.from({ length: 100_000 }, () => {
      seed = (seed * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) % 2n ** 64n;
      return (seed >> 20n) % 10n ** 11n;
    });
    const began = performance.now();
    const parts = await inSql(1_000_000n, claims);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(parts).toEqual(inTypeScript(1_000_000n, claims));
  });
});
