import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql';
import { buildSchemas, schemaText } from '../../src/resolvers/schema';
import { ROOT } from '../support/programs';

const schemas = buildSchemas();

const typeOf = (schema: GraphQLSchema, name: string): GraphQLObjectType => {
  const type = schema.getType(name);
  if (!isObjectType(type)) throw new Error(`${name} is no object type`);
  return type;
};

describe('the schemas', () => {
  // After a change that is meant: npm run schema.
  test.each(['public', 'admin'] as const)('schema/%s.graphql is what the code serves', (name) => {
    expect(schemaText(schemas[name])).toBe(readFileSync(path.join(ROOT, 'schema', `${name}.graphql`), 'utf8'));
  });

  test('the public one shows no trace of backups, operations and the management of accounts', () => {
    const traces =
      schemaText(schemas.public).match(/.*(backup|operation|logLevel|disableUser|resetPassword).*/gi) ?? [];
    // Staff learn of one operation whether it happened; the rest is of GraphQL's own operations.
    const known =
      /operation\((uid|$)|operationUid|OperationReceipt|whether an operation|What an operation is known by|operations of the document|^ +OPERATION_/;
    expect(traces.filter((line) => !known.test(line))).toEqual([]);
    expect(Object.keys(schemas.public.getTypeMap()).filter((name) => /Backup|Operation|Log/.test(name))).toEqual([
      'OperationReceipt',
    ]);
  });

  test('the admin one is the public one and more', () => {
    for (const [name, type] of Object.entries(schemas.public.getTypeMap())) {
      if (!isObjectType(type)) continue;
      const more = Object.keys(typeOf(schemas.admin, name).getFields());
      expect(more).toEqual(expect.arrayContaining(Object.keys(type.getFields())));
      if (!['Query', 'Mutation'].includes(name)) expect(more).toHaveLength(Object.keys(type.getFields()).length);
    }
  });

  test('whatever the order in which they are built, they are the same', () => {
    const again = buildSchemas();
    expect(schemaText(again.public)).toBe(schemaText(schemas.public));
    expect(schemaText(again.admin)).toBe(schemaText(schemas.admin));
  });

  test('no secret of an account or of a row is a field', () => {
    for (const schema of Object.values(schemas) as GraphQLSchema[]) {
      expect(schemaText(schema)).not.toMatch(/passwordHash|tokenVersion|requestedBy/);
      for (const name of ['User', 'Payment', 'Vehicle']) {
        const fields = Object.keys(typeOf(schema, name).getFields());
        expect(fields).not.toContain('idempotencyKey');
        expect(fields.filter((field) => /ById$|^userId$/.test(field))).toEqual([]);
      }
    }
  });
});
