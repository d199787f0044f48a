import { fc } from '../support/random';
import { type OperationDefinitionNode, parse } from 'graphql';
import { costOfOperation } from '../../src/http/graphql/cost';
import { MAX_COST } from '../../src/http/graphql/limits';
import { buildSchemas } from '../../src/resolvers/schema';

const schema = buildSchemas().public;

function costOf(source: string): number {
  const document = parse(source);
  const operation = document.definitions[0] as OperationDefinitionNode;
  const known = { isStaff: false, paymentsOfSale: 2, salesOfVehicle: 1 };
  return costOfOperation({ schema, document, operation, variables: {} }, known);
}

const nested = (lengths: readonly number[], counted: boolean): string => {
  const inner = lengths.reduceRight(
    (below, first) =>
      `payments(first: ${first}) { ${counted ? 'totalCount ' : ''}nodes { id ${below === '' ? '' : `user { ${below} }`} } }`,
    '',
  );
  return `{ me { ${inner} } }`;
};

test('lists within lists are never cheaper than the lists', () => {
  // Each level by itself is cheap; together they are 18 000 000 000 rows.
  expect(costOf(nested([100, 637, 285, 1000], false))).toBeGreaterThan(MAX_COST);
  expect(costOf(nested([1000, 1000, 1000, 1000, 1000], true))).toBeGreaterThan(MAX_COST);
});

test('a longer page never costs less, whatever is counted', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(lengths, fc.nat(4), fc.boolean(), (firsts, which, counted) => {
      const longer = firsts.map((first, level) => (level === which % firsts.length ? first + 1 : first));
      expect(costOf(nested(longer, counted))).toBeGreaterThanOrEqual(costOf(nested(firsts, counted)));
    }),
    { numRuns: 500 },
  );
});

test('an operation is asked for once or twice in a document, and not by the hundred', () => {
  const asked = (n: number): string =>
    `{ ${Array.from({ length: n }, (_, i) => `a${i}: operation(uid: "x") { uid }`).join(' ')} }`;
  expect(costOf(asked(2))).toBeLessThan(MAX_COST);
  expect(costOf(asked(3))).toBeGreaterThan(MAX_COST);
});

test('statements of different times are asked for by the dozen, with their lines once or twice, and not by the hundred', () => {
  const period = (i: number): string => `(from: "2020-01-01T00:00:00Z", to: "2020-01-01T00:00:0${i % 10}Z")`;
  const asked = (n: number, fields: string): number =>
    costOf(`{ me { ${Array.from({ length: n }, (_, i) => `a${i}: statement${period(i)} { ${fields} }`).join(' ')} } }`);
  expect(asked(12, 'closing')).toBeLessThan(MAX_COST);
  expect(asked(50, 'closing')).toBeGreaterThan(MAX_COST);
  expect(asked(2, 'lines { at kind amount balance }')).toBeLessThan(MAX_COST);
  expect(asked(5, 'lines { at }')).toBeGreaterThan(MAX_COST);
  const company = Array.from({ length: 50 }, (_, i) => `a${i}: companyStatement${period(i)} { closing }`);
  expect(costOf(`{ ${company.join(' ')} }`)).toBeGreaterThan(MAX_COST);
});

test('a search, which reads the texts of all vehicles, is asked for a few times in a document', () => {
  const asked = (n: number): string =>
    `{ ${Array.from({ length: n }, (_, i) => `a${i}: vehicles(first: 1, search: "x") { nodes { id } }`).join(' ')} }`;
  expect(costOf(asked(10))).toBeLessThan(MAX_COST);
  expect(costOf(asked(13))).toBeGreaterThan(MAX_COST);
});

test('the last rows of a list cost what the first ones do, and edges with nodes no less than nodes', () => {
  const list = (args: string, fields = 'nodes { id }'): number => costOf(`{ me { payments(${args}) { ${fields} } } }`);
  for (const length of [1, 50, 1000]) expect(list(`last: ${length}`)).toBe(list(`first: ${length}`));
  expect(list('first: 9', 'edges { cursor node { id } }')).toBeGreaterThan(list('first: 9'));
  expect(list('first: 9', 'edges { node { id } } nodes { id }')).toBeGreaterThan(
    list('first: 9', 'edges { node { id } }'),
  );
});

test('to look for a text and to add up amounts have their price, also in a variable', () => {
  const page = '{ nodes { id } }';
  const cheap = costOf(`{ payments(filter: { kind: DEPOSIT }) ${page} }`);
  expect(costOf(`{ payments(filter: { text: "a" }) ${page} }`)).toBe(cheap + 20_000);
  expect(costOf('{ payments { totalAmount } }')).toBeGreaterThan(2 * costOf('{ payments { totalCount } }'));

  const document = parse(`query ($filter: PaymentFilter) { payments(filter: $filter) ${page} }`);
  const operation = document.definitions[0] as OperationDefinitionNode;
  const known = { isStaff: false, paymentsOfSale: 2, salesOfVehicle: 1 };
  const costWith = (filter: object): number =>
    costOfOperation({ schema, document, operation, variables: { filter } }, known);
  expect(costWith({ kind: 'DEPOSIT' })).toBe(cheap);
  expect(costWith({ text: 'a' })).toBe(cheap + 20_000);
  expect(costWith({ kind: 'DEPOSIT' })).toBe(cheap);
});
