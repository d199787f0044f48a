import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildSchema, findBreakingChanges, Kind, type OperationDefinitionNode, parse, print, visit } from 'graphql';
import { buildSchemas } from '../../src/resolvers/schema';
import { Client, refusalOf } from '../support/client';
import { ROOT } from '../support/programs';
import { ADMIN, startTestServer, type TestServer } from '../support/server';
import { allBackedUp } from '../support/traces';

/*
 * Clients that were written for the schemas of version 0.1 go on: the schemas beside this file are of that time, as are
 * the documents, which the console, the examples, the playground and the tests sent. None of these files ever changes.
 */
const FOLDER = path.join(ROOT, 'test', 'older-clients');
const ANSWERS = path.join(FOLDER, 'answers.json');
/** Writes the answers instead of comparing them: for new documents alone. */
const RECORD = process.env.RECORD_ANSWERS !== undefined;
const read = (name: string): string => readFileSync(path.join(FOLDER, name), 'utf8');

describe.each(['public', 'admin'] as const)('the %s schema', (name) => {
  test('breaks nothing of the one of version 0.1', () => {
    expect(findBreakingChanges(buildSchema(read(`${name}.graphql`)), buildSchemas()[name])).toEqual([]);
  });
});

/** Each operation of a file as a document of its own, by name, with the fragments of the file that it spreads. */
function documentsOf(file: string): Map<string, string> {
  const { definitions } = parse(read(file));
  const fragments = new Map(
    definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION).map((each) => [each.name.value, each]),
  );
  const spreadBy = (operation: OperationDefinitionNode): string[] => {
    const names = new Set<string>();
    visit(operation, { FragmentSpread: ({ name }) => void names.add(name.value) });
    return [...names].map((name) => print(fragments.get(name) ?? operation));
  };
  return new Map(
    definitions
      .filter((each) => each.kind === Kind.OPERATION_DEFINITION)
      .map((each) => [each.name?.value ?? '', [print(each), ...spreadBy(each)].join('\n')]),
  );
}

/** What differs from run to run: times, cursors, tokens, hashes, names of files and machines, sizes, how far a proof is. */
function withoutChance(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => withoutChance(each));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutChance(each, name)]));
  }
  if (/^(running|proving|finishedAt|sound|verifiedAt|trigger|level)$/.test(key)) return 'something';
  if (value === null || typeof value === 'boolean') return value;
  const isByChance =
    /^(token|endCursor|uid|host|path|filename|sha256|message|sizeBytes|durationMs|totalBytes)$|At$|^at$/;
  return isByChance.test(key) ? `a ${typeof value}` : value;
}

interface Step {
  file: string;
  name: string;
  variables?: Record<string, unknown>;
}

describe('the documents of clients of version 0.1', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ BACKUP_VERIFY: 'checksum', BACKUP_KEEP: '1', BACKUP_REACH: '0' });
  });
  afterAll(() => server.close());

  test('are answered as they were', async () => {
    const answers: Record<string, unknown> = {};
    const asked = new Map<string, Set<string>>();
    const ask = async <T>({ file, name, variables = {} }: Step, as: Client = server.admin): Promise<T> => {
      const document = documentsOf(file).get(name);
      if (document === undefined) throw new Error(`${file} has no ${name}`);
      asked.set(file, (asked.get(file) ?? new Set()).add(name));
      const isAdmins = /console|admin/.test(file);
      const answer = await (isAdmins ? as.administer<T>(document, variables) : as.request<T>(document, variables));
      let key = `${file}: ${name}`;
      for (let times = 2; key in answers; times += 1) key = `${file}: ${name}, ${times}`;
      answers[key] = withoutChance(answer);
      return answer;
    };
    await playStory(server, ask);
    if (RECORD) writeFileSync(ANSWERS, `${JSON.stringify(answers, null, 2)}\n`);
    expect(answers).toEqual(JSON.parse(readFileSync(ANSWERS, 'utf8')));

    // Every document was asked.
    for (const file of readdirSync(FOLDER)) {
      if (!file.endsWith('.graphql') || /^(public|admin)\.graphql$/.test(file)) continue;
      expect([file, [...(asked.get(file) ?? [])].sort()]).toEqual([file, [...documentsOf(file).keys()].sort()]);
    }
  }, 120_000);
});

type Ask = <T>(step: Step, as?: Client) => Promise<T>;

/** Accounts, deposits, a sale and its reversal, through every document. */
async function playStory(server: TestServer, ask: Ask): Promise<void> {
  const tests = 'tests.graphql';
  const playground = 'playground-public.graphql';
  const consoles = 'console.graphql';
  const password = 'a password of some length';
  const { email } = ADMIN;
  const nobody = new Client(server.url, null);
  for (const file of ['examples.graphql', playground]) {
    await ask({ file, name: 'SignIn', variables: { email, password: ADMIN.password } }, nobody);
  }
  await ask({ file: consoles, name: 'SignIn', variables: { email, password: ADMIN.password } });

  const input = { name: 'Old Client', email: 'old@example.com', password, role: 'INVESTOR' };
  const made = await ask<{ createUser: { id: string } }>({ file: tests, name: 'CreateUser', variables: { input } });
  const userId = made.createUser.id;
  const investor = await server.signIn(input.email, password);
  await ask({ file: 'examples.graphql', name: 'RequestDeposit', variables: { amount: '250.00' } }, investor);
  const request = { kind: 'DEPOSIT', amount: '600.00', userId, note: 'by bank', idempotencyKey: 'old-1' };
  type Asked = { requestPayment: { id: string } };
  for (const file of [playground, 'playground-admin.graphql']) {
    const variables = { input: { ...request, idempotencyKey: file } };
    const { requestPayment } = await ask<Asked>({ file, name: 'RequestPayment', variables });
    await ask({ file, name: 'ConfirmPayment', variables: { id: requestPayment.id } });
    await ask({ file: tests, name: 'Payment', variables: { id: requestPayment.id } });
  }
  const other = await ask<Asked>({ file: playground, name: 'RequestPayment', variables: { input: request } });
  await ask({ file: tests, name: 'RejectPayment', variables: { id: other.requestPayment.id, reason: 'sent twice' } });

  const car = { title: 'Volvo V60', vin: 'YV1ZW25UDK1234567', year: 2021, mileage: 48_000, cost: '1000.00' };
  type Bought = { buyVehicle: { id: string } };
  for (const [file, more] of [
    [playground, {}],
    ['playground-admin.graphql', { vin: null, plannedPrice: '21900.00', boughtAt: '2025-01-01T00:00:00.000Z' }],
  ] as const) {
    const bought = await ask<Bought>({ file, name: 'BuyVehicle', variables: { input: { ...car, ...more } } });
    const vehicleId = bought.buyVehicle.id;
    const soldAt = '2026-11-01T00:00:00.000Z';
    const sale = { vehicleId, price: '1500.00', ...(file === playground ? {} : { soldAt }) };
    await ask({ file, name: 'SellVehicle', variables: { input: sale } });
    await ask({ file, name: 'UnsellVehicle', variables: { input: { vehicleId, reason: 'The buyer withdrew' } } });
    await ask({ file, name: 'SellVehicle', variables: { input: { ...sale, price: '1200.00' } } });
    await ask({ file: tests, name: 'Vehicle', variables: { id: vehicleId } });
  }
  await allBackedUp(server);
  await readAll(server, ask, { investor, userId });

  const admin = 'tests-admin.graphql';
  await ask({ file: admin, name: 'SetCommissionRate', variables: { rate: '40' } });
  await ask({ file: admin, name: 'CommissionRates' });
  for (const name of ['RevokeTokens', 'DisableUser', 'EnableUser']) {
    await ask({ file: admin, name, variables: { id: userId } });
  }
  await ask({ file: admin, name: 'ResetPassword', variables: { id: userId, newPassword: `${password}!` } });
  const again = await server.signIn(input.email, `${password}!`);
  const change = { currentPassword: `${password}!`, newPassword: password };
  await ask({ file: tests, name: 'ChangePassword', variables: change }, again);
}

async function readAll(
  { database }: TestServer,
  ask: Ask,
  { investor, userId }: { investor: Client; userId: string },
): Promise<void> {
  const tests = 'tests.graphql';
  type Paged = Record<string, { pageInfo: { endCursor: string } }>;
  const lists: [name: string, field: string, filter: Record<string, unknown>][] = [
    ['Vehicles', 'vehicles', { status: 'SOLD', search: 'volvo' }],
    ['Payments', 'payments', { kind: 'INCOME', status: 'CONFIRMED' }],
    ['Users', 'users', { role: 'INVESTOR' }],
  ];
  for (const [name, field, filter] of lists) {
    await ask({ file: tests, name });
    await ask({ file: tests, name, variables: filter });
    const first = await ask<Paged>({ file: tests, name, variables: { first: 1 } });
    await ask({ file: tests, name, variables: { first: 1, after: first[field]?.pageInfo.endCursor } });
  }
  await ask({ file: tests, name: 'Payments' }, investor);
  await ask({ file: tests, name: 'User', variables: { id: userId } }, investor);
  const [operation] = await database.query('SELECT uid FROM operations WHERE number = 1');
  await ask({ file: tests, name: 'Receipt', variables: { uid: operation?.uid } });
  for (const name of ['Me', 'Pool']) await ask({ file: 'playground-public.graphql', name }, investor);
  await ask({ file: 'examples.graphql', name: 'Pool' }, investor);
  for (const name of ['Status', 'Operations', 'Pool']) await ask({ file: 'playground-admin.graphql', name });
  const consoles = 'console.graphql';
  await ask({ file: consoles, name: 'Operations', variables: { first: 3 } });
  await ask({ file: consoles, name: 'Operations', variables: { first: 3, before: 4 } });
  await ask({ file: consoles, name: 'Pool' });
  await ask({ file: consoles, name: 'PoolHistory', variables: { points: 1 } });
  await ask({ file: consoles, name: 'Log', variables: { lines: 1 } });
  await ask({ file: 'tests-admin.graphql', name: 'OperationsAndReceipts', variables: { first: 2, before: 5 } });
  type Backups = { backups: { filename: string }[] };
  const { backups } = await ask<Backups>({ file: consoles, name: 'Backups', variables: { first: 1 } });
  await ask({ file: 'tests-admin.graphql', name: 'BackupsEverywhere' });
  await ask({ file: consoles, name: 'Status' });
  const acknowledge = { file: consoles, name: 'Acknowledge', variables: { id: '00000000', reason: 'It is meant.' } };
  expect((await refusalOf(ask(acknowledge))).code).toBe('NOT_FOUND');
  await ask({ file: consoles, name: 'Verify', variables: { filename: backups[0]?.filename } });
  await ask({ file: consoles, name: 'BackUpNow' });
  await ask({ file: 'playground-admin.graphql', name: 'BackUpNow' });
}
