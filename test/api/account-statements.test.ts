import { StatementService } from '../../src/services/statement-service';
import type { Client } from '../support/client';
import { readCsv } from '../support/csv';
import { bearer, codeOf, http, type HttpAnswer, post } from '../support/http';
import { changesNothing } from '../support/traces';
import { createPoolWorld, type PoolWorld } from './pool-world';

const PERIOD = 'from: "2020-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z"';
const QUERY = '?from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z';
const FIELDS = `opening closing openingPercentage closingPercentage deposits withdrawals incomes commissions reversals
  lines { kind amount balance percentage payment { note user { id } } }`;

interface Told {
  closing: string;
  lines: { kind: string | null; amount: string; balance: string; percentage: string; payment: unknown }[];
}

describe('statements', () => {
  let world: PoolWorld;
  beforeAll(async () => {
    world = await createPoolWorld();
  });
  afterAll(() => world.server.close());

  const file = (path: string, as: Client | null): Promise<HttpAnswer> =>
    http(`${world.server.url}/exports/${path}`, { headers: bearer(as?.token ?? null) });

  test("a member's own has each booking, and of others what moved the share", async () => {
    const { me } = await world.investor.request<{ me: { statement: Told } }>(
      `{ me { statement(${PERIOD}) { ${FIELDS} } } }`,
    );
    const own = (note: string | null): object => ({ note, user: { id: world.investor.id } });
    expect(me.statement).toEqual({
      opening: '0.00',
      openingPercentage: '0.0000',
      deposits: '300.00',
      withdrawals: '-150.00',
      incomes: '11.25',
      commissions: '0.00',
      reversals: '-3.75',
      closing: '157.50',
      closingPercentage: '75.0000',
      lines: [
        { kind: 'DEPOSIT', amount: '300.00', balance: '300.00', percentage: '100.0000', payment: own('from the bank') },
        { kind: null, amount: '0.00', balance: '300.00', percentage: '85.7143', payment: null },
        {
          kind: 'WITHDRAWAL',
          amount: '-150.00',
          balance: '150.00',
          percentage: '75.0000',
          payment: own('for a new roof'),
        },
        { kind: 'INCOME', amount: '3.75', balance: '153.75', percentage: '75.0000', payment: own(null) },
        { kind: 'REVERSAL', amount: '-3.75', balance: '150.00', percentage: '75.0000', payment: own(null) },
        { kind: 'INCOME', amount: '7.50', balance: '157.50', percentage: '75.0000', payment: own(null) },
      ],
    });
  });

  test('lines are read where they are asked for, and nowhere else', async () => {
    const read = jest.spyOn(StatementService.prototype, 'ofUsers');
    try {
      const asked = async (fields: string, more = ''): Promise<unknown> => {
        read.mockClear();
        const document = `{ me { statement(${PERIOD}) { ${fields} } } } ${more}`;
        // So often that it is compiled.
        for (let i = 0; i < 4; i += 1) await world.investor.request(document);
        return [...new Set(read.mock.calls.map(([, , mostLines]) => mostLines))];
      };
      expect(await asked('closing')).toEqual([null]);
      expect(await asked('closing ...F', 'fragment F on Statement { opening }')).toEqual([null]);
      expect(await asked('all: lines { at }')).toEqual([5_000]);
      expect(await asked('... { ...F }', 'fragment F on Statement { lines { at } }')).toEqual([5_000]);
    } finally {
      read.mockRestore();
    }
  });

  test("staff have anyone's and the company's", async () => {
    const document = `query ($id: ID!) { user(id: $id) { statement(${PERIOD}) { closing } } companyStatement(${PERIOD}) { ${FIELDS} } }`;
    for (const client of [world.operator, world.admin]) {
      const { user, companyStatement } = await client.request<{ user: { statement: Told }; companyStatement: Told }>(
        document,
        { id: world.other.id },
      );
      expect(user.statement.closing).toBe('52.50');
      expect(companyStatement).toMatchObject({
        opening: '0.00',
        commissions: '15.00',
        reversals: '-5.00',
        incomes: '0.00',
        closing: '10.00',
        closingPercentage: '0.0000',
      });
      expect(companyStatement.lines.map(({ kind, balance }) => `${String(kind)} ${balance}`)).toEqual([
        'COMMISSION 5.00',
        'REVERSAL 0.00',
        'COMMISSION 10.00',
      ]);
    }
    expect((await world.investor.refused(`{ companyStatement(${PERIOD}) { closing } }`)).code).toBe('FORBIDDEN');
  });

  test('the CSV file has the same lines between the opening and the closing', async () => {
    const { me } = await world.investor.request<{ me: { statement: Told } }>(
      `{ me { statement(${PERIOD}) { ${FIELDS} } } }`,
    );
    for (const client of [world.investor, world.operator]) {
      const answer = await file(`users/${world.investor.id}/statement.csv${QUERY}`, client);
      expect(answer.headers.get('content-disposition')).toBe(
        `attachment; filename="statement-${world.investor.id}-2020-01-01-2100-01-01.csv"`,
      );
      const rows = readCsv(answer.text);
      expect(rows.map(({ kind, amount, balance, percentage }) => [kind, amount, balance, percentage])).toEqual([
        ['OPENING', '', '0.00', '0.0000'],
        ...me.statement.lines.map(({ kind, amount, balance, percentage }) => [
          kind ?? 'SHARE',
          amount,
          balance,
          percentage,
        ]),
        ['CLOSING', '', '157.50', '75.0000'],
      ]);
    }
    const company = await file(`company/statement.csv${QUERY}`, world.operator);
    expect(readCsv(company.text).at(-1)).toMatchObject({ kind: 'CLOSING', balance: '10.00' });
  });

  test('the page is plain: names are escaped, nothing is loaded or run, and its policy holds that', async () => {
    const name = `<script>alert("1")</script> & 'Söhne'`;
    const member = await world.admin.createUser('INVESTOR', name);
    const page = await file(`users/${member.id}/statement.html${QUERY}`, member);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.text).toContain(
      '<h1>Statement of &lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;Söhne&#39;</h1>',
    );
    expect(page.text).not.toMatch(/<script|<link|<img|\ssrc=|href=|url\(|@import/i);
    expect(page.text).toMatch(/@media print/);
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]{44}';/);
    const whole = await file(`users/${world.investor.id}/statement.html${QUERY}`, world.investor);
    for (const part of ['>157.50<', '>-150.00<', '>85.7143<', '>new share<', 'Amounts in USD']) {
      expect(whole.text).toContain(part);
    }
  });

  test('a file needs the own sign-in: a member gets no other one, nobody gets any', async () => {
    const asked = async (path: string, as: Client | null): Promise<unknown> => {
      const answer = await file(`${path}${QUERY}`, as);
      return [answer.status, codeOf(answer)];
    };
    await changesNothing(world.server, async () => {
      for (const form of ['csv', 'html']) {
        const own = `users/${world.investor.id}/statement.${form}`;
        expect(await asked(own, null)).toEqual([401, 'UNAUTHENTICATED']);
        expect(await asked(own, world.other)).toEqual([403, 'FORBIDDEN']);
        // Whether there is such an account is not told either.
        expect(await asked(`users/999999/statement.${form}`, world.other)).toEqual([403, 'FORBIDDEN']);
        expect(await asked(`users/999999/statement.${form}`, world.operator)).toEqual([404, 'NOT_FOUND']);
        expect(await asked(`company/statement.${form}`, world.investor)).toEqual([403, 'FORBIDDEN']);
        expect(await asked(own, world.investor)).toEqual([200, null]);
      }
    });
  });

  test.each([
    ['from: "2026-02-01T00:00:00Z", to: "2026-01-01T00:00:00Z"', 'to'],
    ['from: "1800-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z"', 'from'],
    ['from: "yesterday", to: "2026-01-01T00:00:00Z"', 'from'],
  ])('%s is refused, with the field, also at the link', async (period, field) => {
    const query = `{ me { statement(${period}) { closing } } }`;
    const { body } = await post(`${world.server.url}/graphql`, { query }, bearer(world.investor.token));
    const [error] = (body as { errors: { extensions: object }[] }).errors;
    expect(error?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
    const link = `?${period
      .replaceAll(/[" ]/g, '')
      .replaceAll(/(from|to):/g, '$1=')
      .replace(',', '&')}`;
    const answer = await file(`users/${world.investor.id}/statement.csv${link}`, world.investor);
    const [refusal] = (answer.body as { errors: { extensions: object }[] }).errors;
    expect([answer.status, refusal?.extensions]).toEqual([400, { code: 'BAD_USER_INPUT', field }]);
  });

  test('a link without a time is refused by name', async () => {
    const answer = await file(`users/${world.investor.id}/statement.csv?from=2026-01-01T00:00:00Z`, world.investor);
    expect(answer.body).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT', field: 'to' } }] });
  });
});
