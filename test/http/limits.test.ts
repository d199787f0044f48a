import { bearer, http, type HttpAnswer, post } from '../support/http';
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
    /250000 is the most/,
    '{ users(first: 1000) { nodes { payments(first: 1000) { nodes { id } } } } }',
  ],
  [
    'that doubles with every fragment',
    /levels/,
    `{ ...f0 } ${times(30, (i) => fragment(i, `...f${i + 1} ...f${i + 1}`))} ${fragment(30, '__typename')}`,
  ],
  [
    'of wide fragments in fragments',
    /600 are the most/,
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
  ['of the same field again and again', /600 are the most/, `{ me { ${'id '.repeat(3_900)} } }`],
  [
    'of more than one login',
    /logins: 1 is the most/,
    `mutation { a: login(email: "a", password: "b") { token } b: login(email: "a", password: "b") { token } }`,
  ],
  ['with a name of a million letters', /^Cannot query field "a{100,}/, `{ ${'a'.repeat(1_000_000)} }`],
  [
    'with a list in a list in a list',
    /nests too deep: 100 brackets/,
    `{ user(id: ${'['.repeat(1_900)}${']'.repeat(1_900)}) { id } }`,
  ],
  ['of objects in objects', /nests too deep/, `{ user(id: ${'{a:'.repeat(1_300)}1${'}'.repeat(1_300)}) { id } }`],
  ['of selections in selections', /nests too deep/, `${'{ me '.repeat(1_300)}${'}'.repeat(1_300)}`],
  // The deepest that is parsed: what comes after the parser must bear it.
  [
    'with as many lists as are parsed',
    /^ID cannot represent/,
    `{ user(id: ${'['.repeat(97)}${']'.repeat(97)}) { id } }`,
  ],
  [
    'of too many aliases by fragments',
    /120 are the most/,
    `{ ${'...f '.repeat(3)} } fragment f on Query { ${times(41, (i) => `a${i}: pool { capital }`)} }`,
  ],
  [
    'of a fragment that nobody spreads, in a circle',
    /within itself/,
    `{ __typename } ${fragment(0, '...f1')} ${fragment(1, '...f0')}`,
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
      expect(extensions).toMatchObject({
        code: expect.stringMatching(/^(BAD_USER_INPUT|GRAPHQL_\w+_FAILED)$/) as string,
      });
    }
  }
  const STRICT = { accept: 'application/graphql-response+json' };

  test.each(HEAVY)('a document %s', async (_what, says, query) => {
    await isRefused(says, () => ask({ query }, { ...STRICT, ...bearer(server.admin.token) }));
  });

  test('brackets in strings and comments do not nest', async () => {
    const query = `{ __typename ${'#{[('.repeat(200)}\n user(id: "${'[{('.repeat(200)}") { id } }`;
    const { text } = await ask({ query }, bearer(server.admin.token));
    expect(text).not.toContain('nests');
    const block = `{ user(id: """${'{'.repeat(200)}""") { id } }`;
    expect((await ask({ query: block }, bearer(server.admin.token))).text).not.toContain('nests');
    // A string that closes brackets must not hide those that are open.
    const hidden = `{ ${'user(id: "}}}}}}" a: ['.repeat(120)}`;
    await isRefused(/nests too deep/, () => ask({ query: hidden }, { ...STRICT, ...bearer(server.admin.token) }));
  });

  test('a document in the address is bounded like one in a body', async () => {
    const query = encodeURIComponent(`{ user(id: ${'['.repeat(1_900)}${']'.repeat(1_900)}) { id } }`);
    await isRefused(/nests too deep/, () =>
      http(`${server.url}/graphql?query=${query}`, { headers: { ...STRICT, ...bearer(server.admin.token) } }),
    );
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
        await isRefused(/250000 is the most/, () => ask({ query, variables: heavy }, headers));
      }
    },
  );

  const CREATE = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }';

  test('an input of sixty thousand unknown fields', async () => {
    const input = Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`u${i}`, 1]));
    await isRefused(/^Variable "\$input" got an invalid value: /, () =>
      ask({ query: CREATE, variables: { input } }, { ...STRICT, ...bearer(server.admin.token) }),
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
