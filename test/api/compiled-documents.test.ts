import { bearer, codeOf, type HttpAnswer, post } from '../support/http';
import { createPoolWorld, type PoolWorld } from './pool-world';

/** A document that comes again is compiled at its third use: whoever sends it must not be able to tell. */
describe('a document that comes again', () => {
  let world: PoolWorld;

  beforeAll(async () => {
    world = await createPoolWorld();
  });
  afterAll(() => world.server.close());

  const none = (): Record<string, unknown> => ({});

  const EVERYTHING = `query Everything($id: ID!, $first: Int = 3, $withUsers: Boolean!) {
    __typename
    me { ...account balance percentage }
    one: vehicle(id: $id) { id title cost status boughtAt sale { ...sale } sales { ...sale } }
    none: vehicle(id: "999999") { id }
    vehicles(first: $first) { totalCount pageInfo { endCursor hasNextPage } nodes { id vin year sale { price } } }
    payments { totalCount nodes { id kind amount saleId: sale { id } user @include(if: $withUsers) { ...account } } }
  }
  fragment account on User { id name role }
  fragment sale on Sale { price profit commission distributed payments { kind amount } soldBy @skip(if: $withUsers) { id } }`;

  const DOCUMENTS: [what: string, document: string, variables: (world: PoolWorld) => Record<string, unknown>][] = [
    ['all kinds of fields', EVERYTHING, ({ sold }) => ({ id: sold, withUsers: true })],
    ['the other way round', EVERYTHING, ({ sold }) => ({ id: sold, withUsers: false, first: null })],
    [
      'a field that some may not have, below a list',
      '{ me { contributions { nodes { amount payment { kind user { name } } } } } }',
      none,
    ],
    ['a root field that some may not have', '{ users { nodes { id } } me { id } }', none],
    [
      'a refused mutation',
      'mutation ($id: ID!) { confirmPayment(id: $id) { id } }',
      ({ confirmed }) => ({ id: confirmed }),
    ],
    [
      'mutations of which the first is refused',
      `mutation ($id: ID!) {
        first: rejectPayment(id: $id) { id }
        second: rejectPayment(id: "999999", reason: "none") { id status }
      }`,
      ({ rejected }) => ({ id: rejected }),
    ],
    ['a variable left out', 'query ($id: ID!) { vehicle(id: $id) { id } }', none],
    [
      'a variable of another type',
      'query ($first: Int) { vehicles(first: $first) { totalCount } }',
      () => ({ first: 'x' }),
    ],
    [
      'an amount that is none',
      'mutation ($input: BuyVehicleInput!) { buyVehicle(input: $input) { id } }',
      () => ({ input: { title: 'Golf', cost: '1e3' } }),
    ],
    [
      'a page that is none',
      'query ($after: String) { vehicles(after: $after) { totalCount } }',
      () => ({ after: '?' }),
    ],
    ['the schema itself', '{ __schema { queryType { fields { name args { name defaultValue } } } } }', none],
  ];

  test.each(DOCUMENTS)('%s: the same answer every time', async (_what, query, variables) => {
    for (const client of [world.admin, world.investor]) {
      const request = { query, variables: variables(world) };
      const send = async (): Promise<unknown> => {
        const { status, text } = await post(`${world.server.url}/graphql`, request, bearer(client.token));
        return { status, text };
      };
      const first = await send();
      for (let use = 2; use <= 5; use++) expect(await send()).toEqual(first);
    }
  });

  test('an operation that the document does not have is refused, however often it was compiled', async () => {
    const query = '{ me { id } }';
    const ask = (request: object): Promise<HttpAnswer> =>
      post(`${world.server.url}/graphql`, request, bearer(world.admin.token));
    const first = await ask({ query, operationName: '' });
    expect(codeOf(first)).toBe('OPERATION_RESOLUTION_FAILURE');
    for (let use = 1; use <= 5; use++) {
      expect((await ask({ query })).body).toEqual({ data: { me: { id: world.admin.id } } });
      expect((await ask({ query, operationName: '' })).text).toBe(first.text);
    }
  });

  test('two operations in one document are told apart', async () => {
    const query = 'query One { me { id } } query Two { pool { members } }';
    const ask = async (operationName: string): Promise<unknown> =>
      (await post(`${world.server.url}/graphql`, { query, operationName }, bearer(world.admin.token))).body;
    for (let use = 1; use <= 5; use++) {
      expect(await ask('One')).toEqual({ data: { me: { id: world.admin.id } } });
      expect(await ask('Two')).toEqual({ data: { pool: { members: 2 } } });
    }
  });
});
