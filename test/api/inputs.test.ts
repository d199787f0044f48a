import { startTestServer, type TestServer } from '../support/server';
import type { Client } from '../support/client';
import { bearer, codeOf, type HttpAnswer, post } from '../support/http';
import { changesNothing } from '../support/traces';

/** Amounts, times and other values on their way over HTTP: written into the document, and sent as variables. */
describe('values on the wire', () => {
  let server: TestServer;
  let member: Client;

  beforeAll(async () => {
    server = await startTestServer({ BACKUP_VERIFY: 'checksum' });
    member = await server.admin.createUser('INVESTOR');
  });
  afterAll(() => server.close());

  const ask = (query: string, variables: object = {}, client: Client = member): Promise<HttpAnswer> =>
    post(
      `${server.url}/graphql`,
      { query, variables },
      { ...bearer(client.token), accept: 'application/graphql-response+json' },
    );
  const depositOfLiteral = (amount: string): Promise<HttpAnswer> =>
    ask(`mutation { requestPayment(input: { kind: DEPOSIT, amount: ${amount} }) { amount } }`);
  const depositOfVariable = (amount: unknown): Promise<HttpAnswer> =>
    ask('mutation ($amount: Money!) { requestPayment(input: { kind: DEPOSIT, amount: $amount }) { amount } }', {
      amount,
    });
  const depositOfInput = (amount: unknown): Promise<HttpAnswer> =>
    ask('mutation ($input: RequestPaymentInput!) { requestPayment(input: $input) { amount } }', {
      input: { kind: 'DEPOSIT', amount },
    });

  test.each([
    ['"1500.00"', '1500.00'],
    ['"1500.5"', '1500.50'],
    ['"7"', '7.00'],
    ['7', '7.00'],
    ['0.01', '0.01'],
    ['1500.5', '1500.50'],
    ['9999999999999.99', '9999999999999.99'],
    ['"9999999999999.99"', '9999999999999.99'],
  ])('the amount %s arrives as %s', async (text, amount) => {
    for (const deposit of [
      depositOfLiteral(text),
      depositOfVariable(JSON.parse(text)),
      depositOfInput(JSON.parse(text)),
    ]) {
      expect(await deposit).toMatchObject({ status: 200, body: { data: { requestPayment: { amount } } } });
    }
  });

  test.each(['"1e3"', '"1,5"', '""', '"NaN"', '0.005', '"0.005"', '10000000000000', 'true', '"1.00\\u0000"'])(
    'the amount %s is refused',
    async (text) => {
      await changesNothing(server, async () => {
        for (const deposit of [depositOfLiteral, depositOfVariable, depositOfInput]) {
          const answer = await deposit(deposit === depositOfLiteral ? text : (JSON.parse(text) as never));
          expect(answer).toMatchObject({
            status: 400,
            body: { errors: [{ message: expect.stringMatching(/Money must be/) as string }] },
          });
          expect(codeOf(answer)).toBe('BAD_USER_INPUT');
        }
      });
    },
  );

  test.each([
    ['2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.678Z'],
    ['2026-01-02T03:04:05+02:00', '2026-01-02T01:04:05.000Z'],
  ])('the time %s comes back as %s', async (text, boughtAt) => {
    const bought = { status: 200, body: { data: { buyVehicle: { boughtAt } } } };
    const literal = `mutation { buyVehicle(input: { title: "A", cost: 1, boughtAt: "${text}" }) { boughtAt } }`;
    expect(await ask(literal, {}, server.admin)).toMatchObject(bought);
    const variable =
      'mutation ($at: DateTime) { buyVehicle(input: { title: "A", cost: 1, boughtAt: $at }) { boughtAt } }';
    expect(await ask(variable, { at: text }, server.admin)).toMatchObject(bought);
  });

  test.each(['"2026-01-02"', '"yesterday"', '""', '1763856000', '"2026-02-30T00:00:00Z"', '"9999-99-99T00:00:00Z"'])(
    'the time %s is refused',
    async (text) => {
      const literal = `mutation { buyVehicle(input: { title: "A", cost: 1, boughtAt: ${text} }) { id } }`;
      const variable = 'mutation ($at: DateTime) { buyVehicle(input: { title: "A", cost: 1, boughtAt: $at }) { id } }';
      for (const answer of [
        await ask(literal, {}, server.admin),
        await ask(variable, { at: JSON.parse(text) as unknown }, server.admin),
      ]) {
        expect(answer).toMatchObject({
          status: 400,
          body: { errors: [{ message: expect.stringMatching(/ISO 8601/) as string }] },
        });
        expect(codeOf(answer)).toBe('BAD_USER_INPUT');
      }
    },
  );

  // What GraphQL itself checks has the same code, wherever the value stands.
  test.each([
    ['a number that is no Int', 'first', 'Int', '1.5'],
    ['a number beyond 32 bits', 'first', 'Int', '4294967296'],
    ['a text for a number', 'first', 'Int', '"10"'],
    ['a value that the enum does not have', 'status', 'VehicleStatus', '"STOLEN"'],
    ['a number for a text', 'after', 'String', '1'],
  ])('%s is BAD_USER_INPUT', async (_what, argument, type, json) => {
    const literal = type === 'VehicleStatus' ? (JSON.parse(json) as string) : json;
    for (const answer of [
      await ask(`{ vehicles(${argument}: ${literal}) { totalCount } }`),
      await ask(`query ($value: ${type}) { vehicles(${argument}: $value) { totalCount } }`, {
        value: JSON.parse(json) as unknown,
      }),
    ]) {
      expect(answer.status).toBe(400);
      expect(codeOf(answer)).toBe('BAD_USER_INPUT');
    }
  });

  test('a fault of the document is no fault of a value', async () => {
    expect(codeOf(await ask('{ vehicles { nodes { colour } } }'))).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(codeOf(await ask('query ($a: String) { vehicles(first: $a) { totalCount } }'))).toBe(
      'GRAPHQL_VALIDATION_FAILED',
    );
    expect(codeOf(await ask('{ vehicles {'))).toBe('GRAPHQL_PARSE_FAILED');
  });

  test('titles, notes and VINs are trimmed, the VIN is put in capitals, and other characters stay', async () => {
    const title = 'Ëlan 🏎 "S" \\ \'1\' % _ ; --';
    const { buyVehicle } = await server.admin.request<{ buyVehicle: unknown }>(
      'mutation ($input: BuyVehicleInput!) { buyVehicle(input: $input) { title vin year mileage plannedPrice } }',
      {
        input: {
          title: `  ${title}\t`,
          vin: ' wvwzzz1jzxw000009 ',
          cost: '1',
          year: 1999,
          mileage: 0,
          plannedPrice: 2,
        },
      },
    );
    expect(buyVehicle).toEqual({ title, vin: 'WVWZZZ1JZXW000009', year: 1999, mileage: 0, plannedPrice: '2.00' });
    const { requestPayment } = await member.request<{ requestPayment: unknown }>(
      'mutation { requestPayment(input: { kind: DEPOSIT, amount: 1, note: " one\\n\\ttwo " }) { note kind status } }',
    );
    expect(requestPayment).toEqual({ note: 'one\n\ttwo', kind: 'DEPOSIT', status: 'PENDING' });
  });

  test('search takes its text as it is, in title and VIN, whatever the case', async () => {
    const { admin } = server;
    await admin.buy('1', { title: '100% electric_car', vin: 'AAAAAAAAAAAAAAAA1' });
    await admin.buy('1', { title: '1000 electric cars' });
    const search = async (text: string): Promise<string[]> => {
      const { vehicles } = await member.request<{ vehicles: { nodes: { title: string }[]; totalCount: number } }>(
        'query ($text: String) { vehicles(search: $text) { nodes { title } totalCount } }',
        { text },
      );
      expect(vehicles.totalCount).toBe(vehicles.nodes.length);
      return vehicles.nodes.map(({ title }) => title).sort();
    };
    expect(await search('ELECTRIC')).toEqual(['100% electric_car', '1000 electric cars']);
    expect(await search('100%')).toEqual(['100% electric_car']);
    expect(await search('c_car')).toEqual(['100% electric_car']);
    expect(await search('aaaaaaa1')).toEqual(['100% electric_car']);
    expect(await search('" OR 1=1 --')).toEqual([]);
    expect(await search('x'.repeat(200))).toEqual([]);
    for (const text of ['\\', "'", '\0', '\ud800', '🦄']) {
      expect(await search(text)).not.toContain('1000 electric cars');
    }
  });
});
