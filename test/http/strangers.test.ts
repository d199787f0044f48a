import { Writable } from 'node:stream';
import { pino } from 'pino';
import { RefusalLines } from '../../src/http/refusal-lines';
import { bearer, codeOf, post } from '../support/http';
import { startTestServer, type TestServer } from '../support/server';

/** What is asked for without a valid token: refused before it is validated, unless it is signing in. */
describe('a stranger', () => {
  const log: string[] = [];
  let server: TestServer;

  beforeAll(async () => {
    const sink = new Writable({
      write: (line: Buffer, _encoding, done) => {
        log.push(line.toString());
        done();
      },
    });
    server = await startTestServer({ BACKUP_VERIFY: 'checksum' }, undefined, pino({ level: 'silent' }, sink));
  });
  afterAll(() => server.close());

  test.each([
    ['a field', '{ pool { capital } }'],
    ['a field that there is not', '{ nothing }'],
    ['a field in a fragment', '{ ...f } fragment f on Query { ... { me { id } } }'],
    ['a fragment in a circle', '{ ...f } fragment f on Query { me { id } ...f }'],
    ['a field beside a login', 'mutation { login(email: "a", password: "b") { token } createUser { id } }'],
    ['more tokens than a login needs', `{ ${'a: __typename '.repeat(250)} }`],
  ])('gets no answer to %s', async (_what, query) => {
    const answer = await post(`${server.url}/graphql`, { query });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      errors: [{ message: expect.stringMatching(/^Sign in first/) as string, extensions: { code: 'UNAUTHENTICATED' } }],
    });
    const media = 'application/graphql-response+json';
    const strict = await post(`${server.url}/graphql`, { query }, { accept: media, ...bearer('forged') });
    expect(strict.status).toBe(401);
    expect(strict.headers.get('content-type')).toContain(media);
    expect(codeOf(strict)).toBe('UNAUTHENTICATED');
  });

  test('may send 16 KiB', async () => {
    const ask = (length: number): Promise<unknown> =>
      post(`${server.url}/graphql`, { query: `{ __typename } #${'x'.repeat(length)}` }).then(({ status }) => status);
    expect(await ask(16_000)).toBe(200);
    expect(await ask(17_000)).toBe(413);
  });

  test('leaves a line for each refusal, at every log level', async () => {
    log.length = 0;
    await post(`${server.url}/graphql`, { query: 'mutation { buyVehicle { id } }' });
    expect(log.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({
        audit: { action: 'buyVehicle', actor: null, role: null, input: {}, outcome: 'UNAUTHENTICATED' },
        address: '127.0.0.1',
      }),
    ]);
  });

  test('a search has a length', async () => {
    const query = `{ vehicles(search: "${'x'.repeat(201)}") { totalCount } }`;
    expect((await server.admin.refused(query)).message).toBe('A text to search for must have at most 200 characters.');
  });
});

test('refusals of one address are told by 30 lines and a sum', () => {
  const lines: string[] = [];
  const sink = new Writable({
    write: (line: Buffer, _encoding, done) => {
      lines.push(line.toString());
      done();
    },
  });
  const refusals = new RefusalLines(pino({ level: 'silent' }, sink));
  for (let i = 0; i < 100; i++) refusals.tell('192.0.2.1', { address: '192.0.2.1' }, 'refused');
  refusals.tell('192.0.2.2', { address: '192.0.2.2' }, 'refused');
  expect(lines).toHaveLength(31);
  refusals.close();
  expect(lines).toHaveLength(32);
  expect(JSON.parse(lines[31] ?? '')).toMatchObject({
    audit: { outcome: 'SUMMED_UP', count: 70 },
    address: '192.0.2.1',
  });
});
