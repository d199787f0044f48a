import { buildSchema, graphql, type GraphQLSchema } from 'graphql';
import { Role } from '../../src/entities/enums';
import { applyAccessRules } from '../../src/resolvers/access';
import { Refusal } from '../../src/services/errors';

const schema = (text: string): GraphQLSchema => buildSchema(text, { assumeValid: true });
const ask = async (of: GraphQLSchema, source: string, viewer: unknown, rootValue: unknown = {}): Promise<unknown> => {
  const { data, errors } = await graphql({ schema: of, source, rootValue, contextValue: { viewer } });
  return errors === undefined ? data : (errors[0]?.originalError as Refusal).code;
};
const viewer = (role: Role, id = 1): object => ({ id, role });
const nobody = new Refusal('UNAUTHENTICATED', 'Sign in first.');

describe('the table of who may what', () => {
  test.each([
    ['a query', 'type Query { secrets: String }', 'Query.secrets'],
    ['a mutation', 'type Query { me: String } type Mutation { wipe: Boolean }', 'Mutation.wipe'],
    ['a subscription', 'type Query { me: String } type Subscription { spy: Boolean }', 'Subscription.spy'],
    ['a way to accounts', 'type Query { pool: Pool } type Pool { owner: User } type User { id: ID }', 'Pool.owner'],
    [
      'a list of payments deep down',
      'type Query { pool: Pool } type Pool { all: [[Payment!]!]! } type Payment { id: ID }',
      'Pool.all',
    ],
    [
      'a page of accounts',
      'type Query { pool: Pool } type Pool { all: UserConnection! } type UserConnection { n: Int }',
      'Pool.all',
    ],
    [
      'a way to operations',
      'type Query { pool: Pool } type Pool { last: Operation } type Operation { n: Int }',
      'Pool.last',
    ],
  ])('without a rule, %s stops the build of the schema', (_what, text, field) => {
    expect(() => applyAccessRules(schema(text))).toThrow(`${field} has no rule`);
  });

  test('a field that leads to nobody needs no rule', () => {
    expect(() => applyAccessRules(schema('type Query { pool: Pool } type Pool { capital: String! }'))).not.toThrow();
  });

  // A field without a resolver of its own is guarded all the same.
  test('SIGNED_IN: any account', async () => {
    const guarded = applyAccessRules(schema('type Query { me: String }'));
    expect(await ask(guarded, '{ me }', nobody, { me: 'it' })).toBe('UNAUTHENTICATED');
    for (const role of Object.values(Role)) {
      expect(await ask(guarded, '{ me }', viewer(role), { me: 'it' })).toEqual({ me: 'it' });
    }
  });

  test('a list of roles: those alone', async () => {
    const guarded = applyAccessRules(schema('type Query { me: String } type Mutation { createUser: String }'));
    const asked = (by: unknown): Promise<unknown> => ask(guarded, 'mutation { createUser }', by, { createUser: 'it' });
    expect(await asked(nobody)).toBe('UNAUTHENTICATED');
    expect(await asked(viewer(Role.ADMIN))).toEqual({ createUser: 'it' });
    for (const role of [Role.OPERATOR, Role.INVESTOR, Role.COMPANY])
      expect(await asked(viewer(role))).toBe('FORBIDDEN');
  });

  test('ANYONE: also without a token', async () => {
    const guarded = applyAccessRules(schema('type Query { me: String } type Mutation { login: String }'));
    expect(await ask(guarded, 'mutation { login }', nobody, { login: 'it' })).toEqual({ login: 'it' });
  });

  const owned = (): GraphQLSchema =>
    applyAccessRules(
      schema(`
        type Query { payment: Payment }
        type Payment { user: User note: String confirmedBy: User }
        type User { id: ID }
      `),
    );
  const payment = { userId: 7, user: { id: 7 }, note: 'a note', confirmedBy: { id: 2 } };
  const see = (by: unknown, field: string): Promise<unknown> =>
    ask(owned(), `{ payment { ${field} } }`, by, { payment });

  test('OWNER_OR_NULL: the account that the object belongs to, and staff; null for others', async () => {
    const user = { payment: { user: { id: '7' } } };
    expect(await see(viewer(Role.INVESTOR, 7), 'user { id }')).toEqual(user);
    expect(await see(viewer(Role.OPERATOR), 'user { id }')).toEqual(user);
    expect(await see(viewer(Role.ADMIN), 'user { id }')).toEqual(user);
    expect(await see(viewer(Role.INVESTOR, 8), 'user { id }')).toEqual({ payment: { user: null } });
    expect(await see(viewer(Role.COMPANY, 8), 'user { id }')).toEqual({ payment: { user: null } });
    expect(await see(viewer(Role.INVESTOR, 7), 'note')).toEqual({ payment: { note: 'a note' } });
    expect(await see(viewer(Role.OPERATOR), 'note')).toEqual({ payment: { note: 'a note' } });
    expect(await see(viewer(Role.INVESTOR, 8), 'note')).toEqual({ payment: { note: null } });
  });

  test('STAFF_OR_NULL: null for everybody else, the owner included', async () => {
    const field = 'confirmedBy { id }';
    expect(await see(viewer(Role.OPERATOR), field)).toEqual({ payment: { confirmedBy: { id: '2' } } });
    expect(await see(viewer(Role.INVESTOR, 7), field)).toEqual({ payment: { confirmedBy: null } });
  });
});
