import { get, type IncomingMessage } from 'node:http';
import { type Client, PASSWORD } from '../support/client';
import { readCsv } from '../support/csv';
import { bearer, codeOf, http, type HttpAnswer, post } from '../support/http';
import { startTestServer, type TestServer } from '../support/server';
import { changesNothing } from '../support/traces';
import { waitFor } from '../support/wait';

interface Asked {
  number: number;
  kind: string;
  actor: { id: string } | null;
  actorName: string;
  subject: string;
  subjectId: string;
  hash: string;
  values: { name: string; before: string | null; after: string | null }[];
}

const FIELDS = 'number kind actor { id } actorName subject subjectId hash values { name before after }';
/** The list tells every value as text. */
const asText = (name: string, value: unknown): unknown => (name === 'lastOperation' ? String(value) : value);
const EVIL = '=HYPERLINK("http://example.com","Look, here")';

/** Who changed what, as the API tells it and as files. */
describe('the journal of changes is asked', () => {
  let server: TestServer;
  let admin: Client;
  let operator: Client;
  let investor: Client;

  beforeAll(async () => {
    server = await startTestServer({ BACKUP_VERIFY: 'checksum' });
    ({ admin } = server);
    operator = await admin.createUser('OPERATOR', EVIL);
    investor = await admin.createUser('INVESTOR', 'An investor');
    const deposit = await investor.requestPayment('DEPOSIT', '10.00');
    await operator.confirmPayment(deposit);
    await admin.administer('mutation { setCommissionRate(rate: "10") { currency } }');
    await admin.administer('mutation { setCommissionRate(rate: "12.5") { currency } }');
    await admin.administer('mutation ($id: ID!) { disableUser(id: $id) { id } }', {
      id: (await admin.createUser('INVESTOR')).id,
    });
  });
  afterAll(() => server.close());

  const asked = async (filter: string, as = admin): Promise<Asked[]> => {
    const { changes } = await as.request<{ changes: { nodes: Asked[]; totalCount: number } }>(
      `{ changes(first: 1000, orderBy: OLDEST_FIRST, filter: { ${filter} }) { nodes { ${FIELDS} } totalCount } }`,
    );
    expect(changes.totalCount).toBe(changes.nodes.length);
    return changes.nodes;
  };
  const kinds = async (filter: string, as = admin): Promise<string[]> =>
    (await asked(filter, as)).map(({ kind }) => kind);
  const file = (name: string, as: Client | null = admin): Promise<HttpAnswer> =>
    http(`${server.url}/exports/changes.${name}`, { headers: bearer(as?.token ?? null) });

  test('by kinds, actor, subject and time; values are told before and after', async () => {
    const rates = await asked('kinds: ["setCommissionRate"]');
    expect(rates.map(({ values }) => values)).toEqual([
      [{ name: 'commissionRate', before: '50.0000', after: '10.0000' }],
      [{ name: 'commissionRate', before: '10.0000', after: '12.5000' }],
    ]);
    expect(rates[0]).toMatchObject({ actor: { id: admin.id }, subject: 'pool', subjectId: '1' });
    expect(await kinds('kinds: ["setCommissionRate", "confirmPayment"]')).toEqual([
      'confirmPayment',
      'setCommissionRate',
      'setCommissionRate',
    ]);
    expect(await kinds('kinds: []')).toEqual([]);
    expect(await kinds(`actor: "${investor.id}"`)).toEqual(['requestPayment']);
    expect(await kinds('actor: "no id"')).toEqual([]);
    expect(await kinds('subject: "payment"')).toEqual(['requestPayment', 'confirmPayment']);
    expect(await kinds(`subject: "user", subjectId: "${operator.id}"`)).toEqual(['createUser']);
    expect(await kinds('to: "2000-01-01T00:00:00Z"')).toEqual([]);
    const all = await kinds('');
    expect(await kinds('from: "2000-01-01T00:00:00Z"')).toEqual(all);
    const [row] = await server.database.query('SELECT COUNT(*) AS n FROM changes');
    expect(all).toHaveLength(Number(row?.n));
    // What the server did by itself has no account.
    expect((await asked('kinds: ["db:migrate"]'))[0]).toMatchObject({ actor: null, actorName: 'Motorpool' });
  });

  test('everybody sees what they did themselves, and a filter opens nothing', async () => {
    expect(await kinds('', operator)).toEqual(['confirmPayment']);
    expect(await kinds('', investor)).toEqual(['requestPayment']);
    expect(await kinds(`actor: "${admin.id}"`, operator)).toEqual([]);
    expect(await kinds(`subject: "user", subjectId: "${investor.id}"`, investor)).toEqual([]);
  });

  test('the files tell what the list tells, each for the account that asks', async () => {
    for (const [client, query] of [
      [admin, ''],
      [admin, '?kinds=setCommissionRate,createUser&from=2000-01-01T00:00:00Z'],
      [admin, `?subject=user&subjectId=${operator.id}`],
      [operator, ''],
      [investor, ''],
    ] as const) {
      const filter: Record<string, string> = {
        '': '',
        '?kinds=setCommissionRate,createUser&from=2000-01-01T00:00:00Z': 'kinds: ["setCommissionRate", "createUser"]',
      };
      const list = await asked(filter[query] ?? `subject: "user", subjectId: "${operator.id}"`, client);
      const told = list.map(({ number, kind, actor, actorName, subjectId, values }) => ({
        number,
        kind,
        actorId: actor?.id ?? null,
        actorName,
        subjectId,
        after: values.length === 0 ? null : Object.fromEntries(values.map(({ name, after }) => [name, after])),
      }));
      const lines = await file(`jsonl${query}`, client);
      expect(lines.headers.get('content-type')).toBe('application/jsonl; charset=utf-8');
      const rows = lines.text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line, asText) as Record<string, unknown>);
      expect(rows).toMatchObject(told);

      const csv = await file(`csv${query}`, client);
      expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
      expect(csv.headers.get('content-disposition')).toBe('attachment; filename="changes.csv"');
      expect(csv.headers.get('cache-control')).toBe('no-store');
      // A formula is a text with an apostrophe in a spreadsheet.
      expect(readCsv(csv.text)).toMatchObject(
        told.map(({ number, kind, actorId, actorName, subjectId, after }) => ({
          number: String(number),
          kind,
          actorId: actorId ?? '',
          actorName: actorName === EVIL ? `'${EVIL}` : actorName,
          subjectId,
          after: after === null ? '' : (expect.stringContaining(Object.keys(after)[0] ?? '') as string),
        })),
      );
    }
  });

  test('a journal of more than one page is told whole, in order', async () => {
    const [row] = await server.database.query('SELECT MAX(number) AS last FROM changes');
    const last = Number(row?.last);
    await server.database.query('INSERT INTO changes (number, uid, kind, actorName, at, hash) VALUES ?', [
      Array.from({ length: 2500 }, (_, i) => [last + 1 + i, `uid ${i}`, 'filled', 'Filler', '2020-01-01', 'x']),
    ]);
    try {
      const whole = (await file('jsonl')).text.split('\n').slice(0, -1);
      expect(whole.map((line) => (JSON.parse(line) as { number: number }).number)).toEqual(
        Array.from({ length: last + 2500 }, (_, i) => i + 1),
      );
      // All of one moment.
      expect(readCsv((await file('csv?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z')).text)).toHaveLength(2500);
    } finally {
      await server.database.query("DELETE FROM changes WHERE kind = 'filled'");
    }
  });

  describe('by readers that take nothing', () => {
    /** Far more than the buffers of a connection hold. */
    const ROWS = 20_000;
    const stalled: IncomingMessage[] = [];
    let readers: Client[];

    beforeAll(async () => {
      readers = await Promise.all(Array.from({ length: 8 }, () => admin.createUser('ADMIN')));
      // Real changes go on below them.
      await server.database.query(
        `INSERT INTO changes (number, uid, kind, actorName, subject, subjectId, at, hash)
         SELECT 1000000 + n, CONCAT('uid ', n), 'filled', REPEAT('f', 200), REPEAT('s', 20), REPEAT('i', 36), '2020-01-01', 'x'
         FROM (SELECT ROW_NUMBER() OVER () AS n FROM information_schema.collations a
               CROSS JOIN information_schema.collations b LIMIT ${ROWS}) numbers`,
      );
    });
    afterEach(() => {
      for (const answer of stalled.splice(0)) answer.destroy();
    });
    afterAll(() => server.database.query("DELETE FROM changes WHERE kind = 'filled'"));

    /** The head of the answer has come, and nobody reads on. */
    const stall = async (as: Client): Promise<IncomingMessage> => {
      const url = `${server.url}/exports/changes.jsonl`;
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        get(url, { headers: bearer(as.token), agent: false }, resolve).on('error', reject);
      });
      answer.on('error', () => undefined);
      stalled.push(answer);
      return answer;
    };

    test('nobody else waits, and each account and all together have a bound', async () => {
      const [first = admin] = readers;
      for (const reader of readers) for (let i = 0; i < 3; i += 1) expect((await stall(reader)).statusCode).toBe(200);
      expect((await post(`${server.url}/graphql`, { query: '{ me { id } }' }, bearer(admin.token))).status).toBe(200);
      const own = await file('jsonl', first);
      expect([own.status, codeOf(own), own.headers.get('retry-after')]).toEqual([429, 'RATE_LIMITED', '5']);
      const further = await file('jsonl', operator);
      expect([further.status, codeOf(further), further.headers.get('retry-after')]).toEqual([
        503,
        'SERVICE_UNAVAILABLE',
        '1',
      ]);

      for (const answer of stalled.splice(0)) answer.destroy();
      for (const reader of readers)
        await waitFor('its downloads to be over', async () => (await file('csv?kinds=none', reader)).status === 200);
    });

    test('an account that lost its role meanwhile reads no further', async () => {
      const [reader = admin] = readers;
      const answer = await stall(reader);
      await admin.administer('mutation ($input: UpdateUserInput!) { updateUser(input: $input) { id } }', {
        input: { id: reader.id, role: 'INVESTOR' },
      });
      let lines = 0;
      answer.on('data', (part: Buffer) => (lines += part.toString().split('\n').length - 1));
      await new Promise((resolve) => answer.once('close', resolve));
      expect(answer.complete).toBe(false);
      expect(lines).toBeLessThan(ROWS);
    });
  });

  test('neither list nor file has a secret, even where a row held one', async () => {
    const details = JSON.stringify({
      after: { email: 'a@b.c', passwordHash: '$argon2id$x', tokenVersion: 7, apiKey: 'k' },
    });
    await server.database.query("UPDATE changes SET details = ? WHERE kind = 'start:administrator'", [details]);
    const rows = await server.database.query('SELECT hash, state, booked FROM changes');
    const hashes = (rows as Record<string, string | null>[])
      .flatMap((row) => Object.values(row))
      .filter((hash) => hash !== null);
    for (const { text } of [await file('csv'), await file('jsonl')]) {
      for (const secret of ['argon2', 'tokenVersion', 'apiKey', PASSWORD, admin.token ?? '', ...hashes]) {
        expect(text).not.toContain(secret);
      }
      expect(text).toContain('a@b.c');
    }
    expect((await asked('kinds: ["start:administrator"]'))[0]?.values.map(({ name }) => name)).toEqual(['email']);
    // Details that somebody altered by hand stop nobody from reading the rest.
    await server.database.query("UPDATE changes SET details = 'no JSON' WHERE kind = 'start:administrator'");
    expect((await asked('kinds: ["start:administrator"]'))[0]?.values).toEqual([]);
  });

  test('a file needs the own sign-in, and each refusal says what is wrong', async () => {
    await changesNothing(server, async () => {
      const stranger = await file('csv', null);
      expect([stranger.status, codeOf(stranger), stranger.headers.get('www-authenticate')]).toEqual([
        401,
        'UNAUTHENTICATED',
        'Bearer',
      ]);
      // A token in the address is none.
      expect((await file(`csv?token=${String(admin.token)}`, null)).status).toBe(401);
      for (const [query, field] of [
        ['from=yesterday', 'from'],
        ['from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z', 'to'],
        ['from=1800-01-01T00:00:00Z', 'from'],
        ['subjectId=1', 'subjectId'],
        ['form=2026-01-01T00:00:00Z', 'form'],
        ['kinds=a&kinds=b', 'kinds'],
        [`kinds=${'a,'.repeat(200)}`, 'kinds'],
      ] as const) {
        const answer = await file(`csv?${query}`);
        const [error] = (answer.body as { errors: { extensions: object }[] }).errors;
        expect([answer.status, error?.extensions]).toEqual([400, { code: 'BAD_USER_INPUT', field }]);
      }
    });
  });
});
