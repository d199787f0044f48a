import { bearer, type HttpAnswer, post } from '../support/http';
import { startTestServer, type TestServer } from '../support/server';

const times = (count: number, text: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');
const fragment = (i: number, selection: string): string => `fragment f${i} on Query { ${selection} }`;

/** Documents that are small to send and would be large to answer, or even to look at. */
const HEAVY: [what: string, says: RegExp, document: string][] = [
  ['too long', /4000 tokens/, `{ ${times(4_000, () => '__typename')} }`],
  ['too deep', /16 levels/, `{ vehicles { nodes ${'{ sale { vehicle '.repeat(8)} { id } ${'}}'.repeat(8)} } }`],
  ['of too many aliases', /120 are the most/, `{ ${times(121, (i) => `a${i}: pool { capital }`)} }`],
  ['of too many directives', /50 are the most/, `{ __typename ${'@skip(if: false) '.repeat(51)} }`],
  [
    'of too many rows',
    /500000 are the most/,
    '{ users(first: 1000) { nodes { payments(first: 1000) { nodes { id } } } } }',
  ],
  [
    'that doubles with every fragment',
    /levels/,
    `{ ...f0 } ${times(30, (i) => fragment(i, `...f${i + 1} ...f${i + 1}`))} ${fragment(30, '__typename')}`,
  ],
  [
    'of wide fragments in fragments',
    /number of nodes/,
    `{ ...f0 } ${times(3, (i) => fragment(i, `...f${i + 1} `.repeat(600)))} ${fragment(3, '__typename')}`,
  ],
  [
    'of a long chain of fragments',
    /levels/,
    `{ ...f0 } ${times(440, (i) => fragment(i, `...f${i + 1}`))} ${fragment(440, '__typename')}`,
  ],
  [
    'of fragments in a large circle',
    /levels|within itself/,
    `{ ${times(110, (i) => `...f${i}`)} } ${times(110, (i) => fragment(i, `pool { capital } ...f${(i + 7) % 110}`))}`,
  ],
  [
    'of fragments that all meet',
    /within itself/,
    `{ ...f0 } ${fragment(
      0,
      times(230, (i) => `...f${i + 1}`),
    )} ${times(230, (i) => fragment(i + 1, 'me { id } ...f0'))}`,
  ],
  ['of the same field again and again', /aborted/, `{ me { ${'id '.repeat(3_900)} } }`],
  ['with a name of a million letters', /^Cannot query field "a{100,}/, `{ ${'a'.repeat(1_000_000)} }`],
  [
    'with a list in a list in a list',
    /^ID cannot represent/,
    `{ user(id: ${'['.repeat(1_900)}${']'.repeat(1_900)}) { id } }`,
  ],
  ['with ten thousand operations', /4000 tokens/, times(10_000, (i) => `query q${i} { __typename }`)],
];

describe('a request that would cost too much', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  const ask = (body: object, headers = {}): Promise<HttpAnswer> => post(`${server.url}/graphql`, body, headers);

  /** It is refused soon, as a fault of the client's, in sentences. */
  async function isRefused(says: RegExp, request: () => Promise<HttpAnswer>): Promise<void> {
    const began = performance.now();
    const { status, body, text } = await request();
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(text.length).toBeLessThan(30_000);
    expect(status).toBe(400);
    const { errors } = body as { errors: { message: string; extensions: { code: string } }[] };
    expect(errors[0]?.message).toMatch(says);
    for (const { message, extensions } of errors) {
      expect(message.length).toBeLessThan(320);
      expect(extensions).toEqual({ code: expect.stringMatching(/^(BAD_USER_INPUT|GRAPHQL_\w+_FAILED)$/) as string });
    }
  }
  const STRICT = { accept: 'application/graphql-response+json' };

  test.each(HEAVY)('a document %s', async (_what, says, query) => {
    await isRefused(says, () => ask({ query }, STRICT));
    await isRefused(says, () => ask({ query }, { ...STRICT, ...bearer(server.admin.token) }));
  });

  test.each([[{ first: 1000, deep: false }], [{ deep: false }], [{ first: 1, deep: true }], [{ first: 1 }]])(
    'a document that is too much with %j, though it was not with other variables',
    async (heavy) => {
      const query = `query ($first: Int = 1000, $deep: Boolean! = true) { users(first: 1000) { nodes {
      payments(first: $first) { nodes { id } } contributions(first: 1000) @include(if: $deep) { nodes { id } } } } }`;
      const headers = { ...STRICT, ...bearer(server.admin.token) };
      for (let use = 0; use < 3; use++) {
        const light = await ask({ query, variables: { first: 1, deep: false } }, headers);
        expect(light.status).toBe(200);
        await isRefused(/500000 are the most/, () => ask({ query, variables: heavy }, headers));
      }
    },
  );

  const CREATE = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }';

  test('an input of sixty thousand unknown fields', async () => {
    const input = Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`u${i}`, 1]));
    await isRefused(/^Variable "\$input" got an invalid value: /, () =>
      ask({ query: CREATE, variables: { input } }, STRICT),
    );
  });

  test.each([
    ['an unknown field', { name: 'A', email: 'a@example.com', password: 'hunter2 hunter2', role: 'ADMIN', more: 1 }],
    ['a missing one', { name: 'A', email: 'a@example.com', password: 'hunter2 hunter2' }],
  ])('an input with %s is refused without repeating the password', async (_what, input) => {
    const { text } = await ask({ query: CREATE, variables: { input } }, bearer(server.admin.token));
    expect(text).toMatch(/Field \\"(more|role)\\"/);
    expect(text).not.toContain('hunter2');
  });

  test('a wrong value says where it stands', async () => {
    const variables = { input: { name: 'A', email: 'a@example.com', password: 'a password', role: 'KING' } };
    const { text } = await ask({ query: CREATE, variables }, bearer(server.admin.token));
    expect(text).toMatch(
      /"message":"Variable \\"\$input\\" got an invalid value at \\"input.role\\": Value \\"KING\\" does not/,
    );
  });
});
