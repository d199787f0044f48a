import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildSchema, getNamedType, type GraphQLObjectType, isObjectType, isRequiredArgument } from 'graphql';
import type { Client } from '../support/client';
import { ROOT } from '../support/programs';
import { startTestServer, type TestServer } from '../support/server';

const schema = buildSchema(readFileSync(path.join(ROOT, 'schema', 'public.graphql'), 'utf8'));

/** Of the arguments that a field cannot do without. */
const VALUES: Readonly<Record<string, string>> = { from: '"2000-01-01T00:00:00Z"', to: '"2100-01-01T00:00:00Z"' };

/** Every field of that type, and every plain field of what it leads to. */
function everyFieldOf(type: GraphQLObjectType, depth = 1): string {
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const named = getNamedType(field.type);
    const required = field.args.filter(isRequiredArgument).map(({ name }) => `${name}: ${VALUES[name] ?? ''}`);
    const call = required.length === 0 ? field.name : `${field.name}(${required.join(', ')})`;
    if (!isObjectType(named)) return [call];
    return depth === 0 ? [] : [`${call} ${everyFieldOf(named, depth - 1)}`];
  });
  return `{ ${fields.join(' ')} }`;
}

/** What a mutation answers is a whole row, whether it was just made or read again. */
describe('every field of what a mutation answers can be asked for', () => {
  let server: TestServer;
  let admin: Client;
  beforeAll(async () => {
    server = await startTestServer();
    ({ admin } = server);
  });
  afterAll(() => server.close());

  async function answerOf(mutation: string, call: string): Promise<Record<string, unknown>> {
    const field = schema.getMutationType()?.getFields()[mutation];
    const type = field === undefined ? undefined : getNamedType(field.type);
    if (!isObjectType(type)) throw new Error(`no mutation ${mutation}`);
    const answer = await admin.request<Record<string, Record<string, unknown>>>(
      `mutation { ${mutation}(${call}) ${everyFieldOf(type)} }`,
    );
    return answer[mutation] ?? {};
  }

  test('of an account and its payments', async () => {
    const input = 'name: "Member", email: "member@example.com", password: "a password of some length", role: INVESTOR';
    const user = await answerOf('createUser', `input: { ${input} }`);
    expect(user).toMatchObject({ balance: '0.00', percentage: '0.0000', disabledAt: null });

    const deposit = `input: { kind: DEPOSIT, amount: "5.00", userId: ${String(user.id)}, idempotencyKey: "once" }`;
    const asked = await answerOf('requestPayment', deposit);
    expect(asked).toMatchObject({ status: 'PENDING', sale: null, reverses: null, confirmedBy: null, rejectedBy: null });
    expect(await answerOf('requestPayment', deposit)).toEqual(asked);

    const confirmed = await answerOf('confirmPayment', `id: ${String(asked.id)}`);
    expect(confirmed).toMatchObject({ status: 'CONFIRMED', confirmedBy: { role: 'ADMIN' }, rejectedBy: null });

    const other = await answerOf('requestPayment', deposit.replace('once', 'twice'));
    const rejected = await answerOf('rejectPayment', `id: ${String(other.id)}, reason: "sent twice"`);
    expect(rejected).toMatchObject({
      status: 'REJECTED',
      rejectedBy: { role: 'ADMIN' },
      rejectionReason: 'sent twice',
    });
  });

  test('of a vehicle', async () => {
    const bought = await answerOf('buyVehicle', 'input: { title: "A car", cost: "10.00" }');
    expect(bought).toMatchObject({ status: 'FOR_SALE', sale: null, sales: [], boughtBy: { role: 'ADMIN' } });
    const sold = await answerOf('sellVehicle', `input: { vehicleId: ${String(bought.id)}, price: "12.00" }`);
    expect(sold).toMatchObject({ status: 'SOLD', sale: { profit: '2.00', reversedAt: null } });
    const unsold = await answerOf('unsellVehicle', `input: { vehicleId: ${String(bought.id)} }`);
    expect(unsold).toMatchObject({ status: 'FOR_SALE', sale: null, sales: [{ reversalReason: null }] });
    const mistaken = await answerOf('buyVehicle', 'input: { title: "A car", cost: "10.00" }');
    expect(mistaken).toMatchObject({ cancelledAt: null, cancelledBy: null, cancellationReason: null });
    const unbought = await answerOf('unbuyVehicle', `input: { vehicleId: ${String(mistaken.id)}, reason: "a slip" }`);
    expect(unbought).toMatchObject({
      status: 'CANCELLED',
      cancelledBy: { role: 'ADMIN' },
      cancellationReason: 'a slip',
      sales: [],
    });
    expect(unbought.cancelledAt).not.toBeNull();
  });
});
